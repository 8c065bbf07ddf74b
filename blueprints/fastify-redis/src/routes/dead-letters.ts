import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as answers from '../jobs/http/answers.ts';
import { byId, deadLetterPage, deadLetterQuery, job } from '../jobs/http/schema.ts';
import { viewOf } from '../jobs/http/view.ts';
import type { JobService } from '../jobs/service.ts';
import { jobLinks, letterLinks, withKey } from '../plugins/openapi.ts';

export const deadLetters: FastifyPluginAsyncZod<{ jobs: JobService }> = async (app, { jobs }) => {
  const onRequest = app.requires('admin');

  app.get(
    '/v1/dead-letters',
    {
      onRequest,
      schema: {
        operationId: 'listDeadLetters',
        summary: 'Dead letters that nobody has replayed, newest first',
        security: withKey,
        querystring: deadLetterQuery,
        response: { 200: deadLetterPage },
        answers: answers.listed,
      },
      links: { 200: letterLinks },
    },
    ({ caller, query }) => jobs.deadLetters(caller.tenant, query),
  );

  app.post(
    '/v1/dead-letters/:id/replay',
    {
      onRequest,
      schema: {
        operationId: 'replayDeadLetter',
        summary: 'Start the job of a dead letter over',
        security: withKey,
        params: byId,
        response: { 202: job },
        answers: answers.replayed,
      },
      links: { 202: jobLinks },
    },
    async ({ caller, params }, reply) => {
      const replayed = await jobs.replay(params.id, caller.tenant);
      return reply.code(202).header('location', `/v1/jobs/${replayed.id}`).send(viewOf(replayed));
    },
  );
};
