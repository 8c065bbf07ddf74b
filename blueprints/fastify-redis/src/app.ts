import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type pg from 'pg';
import type { Registry } from 'prom-client';
import { Authenticator } from './auth/authenticator.ts';
import { KeyStore } from './auth/keys.ts';
import { RateLimiter } from './backpressure/rate-limiter.ts';
import { Shedder } from './backpressure/shedder.ts';
import type { TokenSource } from './backpressure/tokens.ts';
import type { Config } from './config.ts';
import { maxBodyBytes } from './http/body.ts';
import { DeadLetters } from './jobs/dead-letters.ts';
import { JobReader } from './jobs/reader.ts';
import { JobService } from './jobs/service.ts';
import { JobStore } from './jobs/store.ts';
import type { Logger } from './logger.ts';
import { httpMetrics } from './ops/metrics.ts';
import { auth } from './plugins/auth.ts';
import { backpressure } from './plugins/backpressure.ts';
import { errors } from './plugins/errors.ts';
import { observe } from './plugins/observe.ts';
import { openapi } from './plugins/openapi.ts';
import { parsing } from './plugins/parsing.ts';
import { deadLetters } from './routes/dead-letters.ts';
import { jobTypes } from './routes/job-types.ts';
import { jobs } from './routes/jobs.ts';

export interface AppOptions {
  config: Pick<
    Config,
    | 'JOB_LEASE_S'
    | 'JOB_BACKOFF_MS'
    | 'JOB_MAX_ATTEMPTS'
    | 'IDEMPOTENCY_TTL_H'
    | 'POLL_AFTER_S'
    | 'JOB_WAIT_S'
    | 'MAX_QUEUE_DEPTH'
    | 'MAX_EVENT_LOOP_DELAY_MS'
  >;
  log: Logger;
  pool: pg.Pool;
  registry: Registry;
  /** Of the rate limits. */
  tokens: TokenSource;
  /** Whether the process is about to stop: then clients are told to connect elsewhere. */
  draining?: () => boolean;
}

/** The public HTTP interface, not yet listening. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, pool, registry, draining = () => false } = options;
  const app = fastify({
    loggerInstance: log as FastifyInstance['log'],
    logController: new fastify.LogController({ disableRequestLogging: true }),
    bodyLimit: maxBodyBytes,
    // As long as a request line can be: an id that is no UUID is 404, not 414.
    routerOptions: { maxParamLength: 16_384 },
    requestTimeout: 15_000,
    keepAliveTimeout: 72_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2000 },
  });
  app.setSerializerCompiler(serializerCompiler);

  await app.register(errors);
  await app.register(observe, { duration: httpMetrics(registry), draining });
  await app.register(parsing);
  await app.register(openapi);
  await app.register(auth, { authenticator: new Authenticator(new KeyStore(pool)) });
  await app.register(backpressure, {
    limiter: new RateLimiter(options.tokens, log),
    shedder: createShedder(options),
  });

  const service = createJobService(options);
  await app.register(jobs, { jobs: service, pollAfterS: options.config.POLL_AFTER_S });
  await app.register(deadLetters, { jobs: service });
  await app.register(jobTypes);
  return app;
}

function createShedder({ config, pool, registry }: AppOptions) {
  const limits = {
    jobWaitS: config.JOB_WAIT_S,
    maxQueueDepth: config.MAX_QUEUE_DEPTH,
    maxLoopDelayMs: config.MAX_EVENT_LOOP_DELAY_MS,
  };
  return new Shedder(pool, limits, registry);
}

function createJobService({ config, pool }: AppOptions) {
  const store = new JobStore(pool, {
    leaseS: config.JOB_LEASE_S,
    backoffMs: config.JOB_BACKOFF_MS,
  });
  return new JobService({
    store,
    reader: new JobReader(pool),
    letters: new DeadLetters(pool),
    maxAttempts: config.JOB_MAX_ATTEMPTS,
    idempotencyTtlH: config.IDEMPOTENCY_TTL_H,
  });
}
