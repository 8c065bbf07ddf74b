import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { matches } from '../http/etag.ts';
import * as answers from '../jobs/http/answers.ts';
import {
  byId,
  job,
  jobPage,
  jobQuery,
  newJob,
  nothing,
  pollHeaders,
  submitHeaders,
} from '../jobs/http/schema.ts';
import { etagOf, finished, viewOf } from '../jobs/http/view.ts';
import type { Job } from '../jobs/model.ts';
import type { JobService } from '../jobs/service.ts';
import { jobLinks, withKey } from '../plugins/openapi.ts';

interface Options {
  jobs: JobService;
  pollAfterS: number;
}

export const jobs: FastifyPluginAsyncZod<Options> = async (app, { jobs, pollAfterS }) => {
  const read = { onRequest: app.requires('jobs:read') };
  const write = { onRequest: app.requires('jobs:write') };

  app.post(
    '/v1/jobs',
    {
      ...write,
      config: { makesJobs: true },
      schema: {
        operationId: 'submitJob',
        summary: 'Accept a job',
        security: withKey,
        headers: submitHeaders,
        body: newJob,
        response: { 202: job },
        answers: answers.submitted,
      },
      links: { 202: jobLinks },
    },
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

  app.get(
    '/v1/jobs',
    {
      ...read,
      schema: {
        operationId: 'listJobs',
        summary: 'Jobs, newest first',
        security: withKey,
        querystring: jobQuery,
        response: { 200: jobPage },
        answers: answers.listed,
      },
    },
    ({ caller, query }) => jobs.list(caller.tenant, query),
  );

  app.get(
    '/v1/jobs/:id',
    {
      ...read,
      schema: {
        operationId: 'getJob',
        summary: 'A job, to poll',
        security: withKey,
        headers: pollHeaders,
        params: byId,
        response: { 200: job, 304: nothing },
        answers: answers.polled,
      },
    },
    async ({ caller, params, headers }, reply) => {
      const found = await jobs.find(params.id, caller.tenant);
      forPolling(reply, found, pollAfterS);
      if (matches(headers['if-none-match'], etagOf(found))) return reply.code(304).send();
      return viewOf(found);
    },
  );

  app.delete(
    '/v1/jobs/:id',
    {
      ...write,
      schema: {
        operationId: 'cancelJob',
        summary: 'Cancel a job, at once',
        security: withKey,
        params: byId,
        response: { 200: job },
        answers: answers.cancelled,
      },
    },
    async ({ caller, params }) => viewOf(await jobs.cancel(params.id, caller.tenant)),
  );
};

function forPolling(reply: FastifyReply, found: Job, pollAfterS: number) {
  reply.headers({
    etag: etagOf(found),
    'cache-control': 'private, no-cache',
    vary: 'authorization',
  });
  if (!finished(found)) reply.header('retry-after', pollAfterS);
}
