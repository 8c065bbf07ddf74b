import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { z } from 'zod';
import { parseBody } from '../http/body.ts';
import { notJson, type Place, problemOf } from '../http/problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was sent, before its schema. */
    sent: unknown;
  }
}

/** Bodies are JSON, and what is read of a request fits its zod schema. A body that a route does not
 *  ask for is none of its business: clients send a Content-Type, or `{}`, with anything. */
export const parsing = fp(async (app) => {
  app.decorateRequest('sent', undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, parse);
  app.addContentTypeParser('*', async (request: FastifyRequest) => {
    if (takesBody(request)) throw notJson();
  });
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data) => {
    const result = schema.safeParse(data);
    if (result.success) return { value: result.data };
    return { error: problemOf(result.error.issues, httpPart as Place) };
  });
});

const takesBody = (request: FastifyRequest) => request.routeOptions.schema?.body !== undefined;

async function parse(request: FastifyRequest, bytes: Buffer) {
  if (!takesBody(request)) return undefined;
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') throw notJson();
  request.sent = parseBody(bytes);
  return request.sent;
}
