import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { EventHub } from '../events/hub.ts';
import { streamHeaders } from '../events/stream.ts';
import { streamJob } from '../jobs/http/routes.ts';
import type { JobService } from '../jobs/service.ts';

interface Options {
  jobs: JobService;
  hub: EventHub;
}

export const events: FastifyPluginAsyncZod<Options> = async (app, { jobs, hub }) => {
  app.addHook('preClose', async () => hub.close());

  app.get(
    '/v1/jobs/:id/events',
    // Nobody would read what a HEAD opens.
    { onRequest: app.requires('jobs:read'), exposeHeadRoute: false, ...streamJob },
    async ({ caller, params, headers }, reply) => {
      const job = await jobs.find(params.id, caller.tenant);
      const stream = hub.stream(job, headers['last-event-id']);
      if (!stream) return reply.code(204).send();
      return reply.headers(streamHeaders).send(stream);
    },
  );
};
