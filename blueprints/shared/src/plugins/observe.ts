import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Histogram } from 'prom-client';
import { traceIdOf, traceparentOf } from '../trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    traceparent: string;
  }
  interface FastifyReply {
    /** Whether the answer is a stream, which is open for as long as its client wants. */
    streams: boolean;
  }
}

export interface ObserveOptions {
  duration: Histogram;
  draining: () => boolean;
}

/** One log line and one measurement a request, under its trace id. A stream is measured by the time
 *  until it begins, and logged when it is over, whoever ended it. */
export const observe = fp(async (app, { duration, draining }: ObserveOptions) => {
  const measure = (request: FastifyRequest, reply: FastifyReply) =>
    duration.observe(labelsOf(request, reply), reply.elapsedTime / 1000);
  const log = (request: FastifyRequest, reply: FastifyReply) =>
    request.log.info({ ...labelsOf(request, reply), ms: Math.round(reply.elapsedTime) }, 'request');

  app.decorateRequest('traceparent', '');
  app.decorateReply('streams', false);
  app.addHook('onRequest', async (request, reply) => {
    // A traced request has that of its span already.
    request.traceparent ||= traceparentOf(request.headers.traceparent);
    request.log = request.log.child({ trace_id: traceIdOf(request.traceparent) });
    if (draining()) reply.header('connection', 'close');
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (!(payload instanceof Readable)) return;
    reply.streams = true;
    measure(request, reply);
    payload.once('close', () => log(request, reply));
  });
  app.addHook('onResponse', async (request, reply) => {
    if (reply.streams) return;
    measure(request, reply);
    log(request, reply);
  });
});

const labelsOf = (request: FastifyRequest, { statusCode: status }: FastifyReply) => ({
  method: request.method,
  route: request.routeOptions.url ?? 'unknown',
  status,
});
