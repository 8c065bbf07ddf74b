import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { matches } from '../http/etag.ts';
import { listUsage } from '../usage/http/routes.ts';
import { usageHeaders } from '../usage/http/view.ts';
import type { UsageReader } from '../usage/reader.ts';

interface Options {
  usage: UsageReader;
  stalenessS: number;
}

export const usage: FastifyPluginAsyncZod<Options> = async (app, { usage, stalenessS }) => {
  app.get(
    '/v1/usage',
    { onRequest: app.requires('usage:read'), ...listUsage },
    async ({ caller, query, headers }, reply) => {
      const { body, etag, readAt } = await usage.list(caller.tenant, query);
      reply.headers(usageHeaders({ etag, readAt }, stalenessS));
      if (matches(headers['if-none-match'], etag)) return reply.code(304).send();
      // Text that says what it is goes out as it is; the types know of objects only.
      return reply.type('application/json; charset=utf-8').send(body as never);
    },
  );
};
