import { Readable } from 'node:stream';
import type { Span } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { describeStatus, routeAttributes } from '../tracing/http.ts';
import { inSpan, markFailed, startServerSpan, traceparentFrom } from '../tracing/spans.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Unless it is not recorded. */
    span: Span | undefined;
  }
}

/** A span a request. A stream's ends when it begins, as its measurement does. */
export const tracing = fp(async (app) => {
  app.decorateRequest('span', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, headers, routeOptions } = request;
    const { url: route = 'unknown' } = routeOptions;
    const attributes = routeAttributes(method, route);
    const span = startServerSpan(`${method} ${route}`, headers.traceparent, attributes);
    request.traceparent = traceparentFrom(span);
    if (span.isRecording()) request.span = span;
    inSpan(request.span, done);
  });
  // What comes after a body was read is called by its socket, in nobody's span.
  app.addHook('preValidation', ({ span }, _reply, done) => inSpan(span, done));
  app.addHook('onSend', (request, reply, payload, done) => {
    if (payload instanceof Readable) end(request, reply);
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    end(request, reply);
    done();
  });
});

function end(request: FastifyRequest, { statusCode }: FastifyReply) {
  const { span } = request;
  request.span = undefined;
  describeStatus(span, statusCode);
  if (statusCode >= 500) markFailed(span, String(statusCode));
  span?.end();
}
