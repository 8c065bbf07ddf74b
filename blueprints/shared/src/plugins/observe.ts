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
  const log = (request: FastifyRequest, reply: FastifyReply) => {
    const ms = Math.round(reply.elapsedTime);
    request.log.info({ ...traceOf(request), ...labelsOf(request, reply), ms }, 'request');
  };

  app.decorateRequest('traceparent', '');
  app.decorateReply('streams', false);
  app.addHook('onRequest', (request, reply, done) => {
    // A traced request has that of its span already.
    request.traceparent ||= traceparentOf(request.headers.traceparent);
    if (draining()) reply.header('connection', 'close');
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (payload instanceof Readable) {
      reply.streams = true;
      measure(request, reply);
      payload.once('close', () => log(request, reply));
    }
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    if (!reply.streams) {
      measure(request, reply);
      log(request, reply);
    }
    done();
  });
});

/** Named with every line of a request; a child logger for each would cost more than its one line. */
export const traceOf = ({ traceparent }: FastifyRequest) => ({ trace_id: traceIdOf(traceparent) });

const labelsOf = (request: FastifyRequest, { statusCode: status }: FastifyReply) => ({
  method: request.method,
  route: request.routeOptions.url ?? 'unknown',
  status,
});
