import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { Authenticator } from './auth/authenticator.ts';
import { KeyStore } from './auth/keys.ts';
import { refusalMetrics } from './backpressure/metrics.ts';
import { RateLimiter } from './backpressure/rate-limiter.ts';
import { Shedder } from './backpressure/shedder.ts';
import type { AppOptions } from './http/app.ts';
import { maxBodyBytes } from './http/body.ts';
import { refuseConnection } from './http/connection.ts';
import { httpMetrics } from './ops/metrics.ts';
import { auth } from './plugins/auth.ts';
import { backpressure } from './plugins/backpressure.ts';
import { answerError, errors } from './plugins/errors.ts';
import { observe } from './plugins/observe.ts';
import { openapi } from './plugins/openapi.ts';
import { parsing } from './plugins/parsing.ts';
import { tracing } from './plugins/tracing.ts';
import { unrouted } from './plugins/unrouted.ts';

/** The HTTP server: all that happens to a request before its route, and to its answer after. It has
 *  no route yet. */
export async function createServer(options: AppOptions): Promise<FastifyInstance> {
  const { config, log, db, registry, draining = () => false } = options;
  const app = fastify({
    loggerInstance: log as FastifyInstance['log'],
    logController: new fastify.LogController({ disableRequestLogging: true }),
    // One for all requests: lines of a request name its trace.
    childLoggerFactory: (logger) => logger,
    bodyLimit: maxBodyBytes,
    // As long as a request line can be: an id that is no UUID is 404, not 414.
    routerOptions: { maxParamLength: 16_384 },
    frameworkErrors: answerError,
    clientErrorHandler: refuseConnection,
    // What still comes on an open connection while the process stops is answered as ever.
    return503OnClosing: false,
    requestTimeout: 15_000,
    keepAliveTimeout: 72_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2000 },
  });
  app.setSerializerCompiler(serializerCompiler);

  await app.register(errors);
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT) await app.register(tracing);
  await app.register(observe, { duration: httpMetrics(registry), draining });
  await app.register(unrouted);
  await app.register(parsing);
  await app.register(openapi);
  await app.register(auth, { authenticator: new Authenticator(new KeyStore(db)) });
  await app.register(backpressure, {
    limiter: new RateLimiter(options.tokens, log),
    shedder: createShedder(options),
    count: refusalMetrics(registry),
  });
  return app;
}

function createShedder({ config, db, registry }: AppOptions) {
  const limits = {
    jobWaitS: config.JOB_WAIT_S,
    maxQueueDepth: config.MAX_QUEUE_DEPTH,
    maxLoopDelayMs: config.MAX_EVENT_LOOP_DELAY_MS,
  };
  return new Shedder(db, limits, registry);
}
