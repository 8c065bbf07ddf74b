import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { published } from '../jobs/http/answers.ts';
import { jobTypePage } from '../jobs/http/schema.ts';
import { jobTypesView } from '../jobs/http/view.ts';

/** The one public answer: a CDN may keep it. */
export const jobTypes: FastifyPluginAsyncZod = async (app) => {
  const view = jobTypesView();
  const schema = {
    operationId: 'listJobTypes',
    summary: 'What the service can do',
    response: { 200: jobTypePage },
    answers: published,
  };
  app.get('/v1/job-types', { schema }, async (_request, reply) => {
    reply.header('cache-control', 'public, s-maxage=60, stale-while-revalidate=300');
    return view;
  });
};
