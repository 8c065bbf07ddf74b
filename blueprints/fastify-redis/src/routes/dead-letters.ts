import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { listDeadLetters, replayDeadLetter } from '../jobs/http/routes.ts';
import { viewOf } from '../jobs/http/view.ts';
import type { JobService } from '../jobs/service.ts';

export const deadLetters: FastifyPluginAsyncZod<{ jobs: JobService }> = async (app, { jobs }) => {
  const onRequest = app.requires('admin');

  app.get('/v1/dead-letters', { onRequest, ...listDeadLetters }, ({ caller, query }) =>
    jobs.deadLetters(caller.tenant, query),
  );

  app.post(
    '/v1/dead-letters/:id/replay',
    { onRequest, ...replayDeadLetter },
    async ({ caller, params }, reply) => {
      const replayed = await jobs.replay(params.id, caller.tenant);
      return reply.code(202).header('location', `/v1/jobs/${replayed.id}`).send(viewOf(replayed));
    },
  );
};
