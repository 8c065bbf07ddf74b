import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { EventHub } from '../events/hub.ts';
import { streamHeaders } from '../events/stream.ts';
import * as answers from '../jobs/http/answers.ts';
import { byId, jobEvent, nothing, resumeHeaders } from '../jobs/http/schema.ts';
import type { JobService } from '../jobs/service.ts';
import { withKey } from '../plugins/openapi.ts';

interface Options {
  jobs: JobService;
  hub: EventHub;
}

export const events: FastifyPluginAsyncZod<Options> = async (app, { jobs, hub }) => {
  app.addHook('preClose', async () => hub.close());

  app.get(
    '/v1/jobs/:id/events',
    {
      onRequest: app.requires('jobs:read'),
      // Nobody would read what a HEAD opens.
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamJob',
        summary: 'What becomes of a job, as server-sent events',
        security: withKey,
        headers: resumeHeaders,
        params: byId,
        response: {
          200: { content: { 'text/event-stream': { schema: jobEvent } } },
          204: nothing,
        },
        answers: answers.streamed,
      },
    },
    async ({ caller, params, headers }, reply) => {
      const job = await jobs.find(params.id, caller.tenant);
      const stream = hub.stream(job, headers['last-event-id']);
      if (!stream) return reply.code(204).send();
      return reply.headers(streamHeaders).send(stream);
    },
  );
};
