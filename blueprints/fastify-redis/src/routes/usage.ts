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
      const read = await usage.list(caller.tenant, query);
      const answer = usageHeaders(read, stalenessS);
      reply.headers(answer);
      if (matches(headers['if-none-match'], answer.etag)) return reply.code(304).send();
      return read.found;
    },
  );
};
