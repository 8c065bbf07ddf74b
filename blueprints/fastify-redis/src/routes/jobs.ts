import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { matches } from '../http/etag.ts';
import * as routes from '../jobs/http/routes.ts';
import { etagOf, pollingHeaders, viewOf } from '../jobs/http/view.ts';
import type { JobService } from '../jobs/service.ts';

interface Options {
  jobs: JobService;
  pollAfterS: number;
}

export const jobs: FastifyPluginAsyncZod<Options> = async (app, { jobs, pollAfterS }) => {
  const read = { onRequest: app.requires('jobs:read') };
  const write = { onRequest: app.requires('jobs:write') };

  app.post(
    '/v1/jobs',
    { ...write, ...routes.submitJob },
    async ({ caller, body, sent, traceparent, headers, refusal }, reply) => {
      const accepted = await jobs.submit({
        tenant: caller.tenant,
        body,
        sent,
        traceparent,
        idempotencyKey: headers['idempotency-key'],
        refusal,
      });
      return reply.code(202).header('location', `/v1/jobs/${accepted.id}`).send(accepted);
    },
  );

  app.get('/v1/jobs', { ...read, ...routes.listJobs }, ({ caller, query }) =>
    jobs.list(caller.tenant, query),
  );

  app.get(
    '/v1/jobs/:id',
    { ...read, ...routes.getJob },
    async ({ caller, params, headers }, reply) => {
      const found = await jobs.find(params.id, caller.tenant);
      reply.headers(pollingHeaders(found, pollAfterS));
      if (matches(headers['if-none-match'], etagOf(found))) return reply.code(304).send();
      return viewOf(found);
    },
  );

  app.delete('/v1/jobs/:id', { ...write, ...routes.cancelJob }, async ({ caller, params }) =>
    viewOf(await jobs.cancel(params.id, caller.tenant)),
  );
};
