import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import { Authenticator } from './auth/authenticator.ts';
import { KeyStore } from './auth/keys.ts';
import { refusalMetrics } from './backpressure/metrics.ts';
import { RateLimiter } from './backpressure/rate-limiter.ts';
import { Shedder } from './backpressure/shedder.ts';
import type { TokenSource } from './backpressure/tokens.ts';
import type { Config } from './config.ts';
import type { Database, Reader } from './database/database.ts';
import { endpoints } from './endpoints/index.ts';
import { Doorbell } from './events/doorbell.ts';
import { EventHub } from './events/hub.ts';
import { streamMetrics } from './events/metrics.ts';
import { maxBodyBytes } from './http/body.ts';
import { refuseConnection } from './http/connection.ts';
import { DeadLetters } from './jobs/dead-letters.ts';
import { JobReader } from './jobs/reader.ts';
import { JobService } from './jobs/service.ts';
import { JobStore } from './jobs/store.ts';
import type { Logger } from './logger.ts';
import { createCache } from './modules/cache.ts';
import { createReads } from './modules/reads.ts';
import { httpMetrics } from './ops/metrics.ts';
import { auth } from './plugins/auth.ts';
import { backpressure } from './plugins/backpressure.ts';
import { answerError, errors } from './plugins/errors.ts';
import { observe } from './plugins/observe.ts';
import { openapi } from './plugins/openapi.ts';
import { parsing } from './plugins/parsing.ts';
import { tracing } from './plugins/tracing.ts';
import { unrouted } from './plugins/unrouted.ts';
import { deadLetters } from './routes/dead-letters.ts';
import { events } from './routes/events.ts';
import { jobTypes } from './routes/job-types.ts';
import { jobs } from './routes/jobs.ts';
import { usage } from './routes/usage.ts';
import { UsageReader } from './usage/reader.ts';
import { WebhookTargets } from './webhooks/targets.ts';

export interface AppOptions {
  config: Config;
  log: Logger;
  db: Database;
  registry: Registry;
  /** Of the rate limits. */
  tokens: TokenSource;
  /** Whether the process is about to stop: then clients are told to connect elsewhere. */
  draining?: () => boolean;
}

/** The public HTTP interface, not yet listening. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, db, registry, draining = () => false } = options;
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
  if (options.config.OTEL_EXPORTER_OTLP_ENDPOINT) await app.register(tracing);
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

  const cache = createCache(options);
  const { reads, close: closeReads } = createReads(options);
  app.addHook('onClose', async () => {
    await Promise.all([cache.close(), closeReads()]);
  });
  const service = createJobService(options, reads);
  await app.register(jobs, { jobs: service, pollAfterS: options.config.POLL_AFTER_S });
  await app.register(events, { jobs: service, hub: createHub(options) });
  await app.register(deadLetters, { jobs: service });
  await app.register(usage, {
    usage: new UsageReader(reads, cache),
    stalenessS: options.config.STALENESS_S,
  });
  await app.register(jobTypes);
  const resources = { config: options.config, db, reads, cache };
  for (const endpoint of endpoints) await app.register(endpoint, resources);
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

function createJobService({ config, db, log }: AppOptions, reads: Reader) {
  const { ring: onEvents } = new Doorbell(db, log);
  const store = new JobStore(db, {
    leaseS: config.JOB_LEASE_S,
    backoffMs: config.JOB_BACKOFF_MS,
    onEvents,
  });
  return new JobService({
    store,
    reader: new JobReader(db, reads),
    letters: new DeadLetters(db, { reads, onEvents }),
    webhooks: new WebhookTargets(db, config.WEBHOOK_ALLOW_CIDRS),
    maxAttempts: config.JOB_MAX_ATTEMPTS,
    idempotencyTtlH: config.IDEMPOTENCY_TTL_H,
  });
}

function createHub({ config, db, log, registry }: AppOptions) {
  const options = {
    db,
    listenUrl: config.DATABASE_DIRECT_URL ?? config.DATABASE_URL,
    max: config.STREAM_CONNECTIONS,
    pollMs: config.STREAM_POLL_MS,
  };
  const hub = new EventHub(options, log);
  streamMetrics(registry, hub);
  return hub;
}
