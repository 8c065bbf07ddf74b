import fp from 'fastify-plugin';
import type { Histogram } from 'prom-client';
import { traceIdOf, traceparentOf } from '../trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    traceparent: string;
  }
}

export interface ObserveOptions {
  duration: Histogram;
  draining: () => boolean;
}

/** One log line and one measurement a request, under its trace id. */
export const observe = fp(async (app, { duration, draining }: ObserveOptions) => {
  app.decorateRequest('traceparent', '');
  app.addHook('onRequest', async (request, reply) => {
    request.traceparent = traceparentOf(request.headers.traceparent);
    request.log = request.log.child({ trace_id: traceIdOf(request.traceparent) });
    if (draining()) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { method } = request;
    const status = reply.statusCode;
    duration.observe({ method, route, status }, reply.elapsedTime / 1000);
    request.log.info({ method, route, status, ms: Math.round(reply.elapsedTime) }, 'request');
  });
});
