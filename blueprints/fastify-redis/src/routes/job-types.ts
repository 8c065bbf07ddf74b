import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { listJobTypes } from '../jobs/http/routes.ts';
import { jobTypesView, publicCache } from '../jobs/http/view.ts';

export const jobTypes: FastifyPluginAsyncZod = async (app) => {
  const view = jobTypesView();
  app.get('/v1/job-types', listJobTypes, async (_request, reply) => {
    reply.header('cache-control', publicCache);
    return view;
  });
};
