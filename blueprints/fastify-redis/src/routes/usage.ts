import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { matches } from '../http/etag.ts';
import { nothing, pollHeaders } from '../jobs/http/schema.ts';
import { withKey } from '../plugins/openapi.ts';
import * as answers from '../usage/http/answers.ts';
import { usagePage, usageQuery } from '../usage/http/schema.ts';
import type { UsageReader } from '../usage/reader.ts';

interface Options {
  usage: UsageReader;
  stalenessS: number;
}

export const usage: FastifyPluginAsyncZod<Options> = async (app, { usage, stalenessS }) => {
  // Whole seconds: the brief may say less than one.
  const cacheControl = `private, max-age=${Math.floor(stalenessS)}`;

  app.get(
    '/v1/usage',
    {
      onRequest: app.requires('usage:read'),
      schema: {
        operationId: 'listUsage',
        summary: 'What jobs used, by day or by type',
        security: withKey,
        headers: pollHeaders,
        querystring: usageQuery,
        response: { 200: usagePage, 304: nothing },
        answers: answers.listed,
      },
    },
    async ({ caller, query, headers }, reply) => {
      const { body, etag, readAt } = await usage.list(caller.tenant, query);
      const age = Math.max(0, Math.floor((Date.now() - readAt) / 1000));
      reply.headers({ etag, age, 'cache-control': cacheControl, vary: 'authorization' });
      if (matches(headers['if-none-match'], etag)) return reply.code(304).send();
      // Text that says what it is goes out as it is; the types know of objects only.
      return reply.type('application/json; charset=utf-8').send(body as never);
    },
  );
};
