import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Histogram } from 'prom-client';
import type { Authenticator } from './auth/authenticator.ts';
import { maxBodyBytes } from './http/body.ts';
import type { JobService } from './jobs/service.ts';
import type { Logger } from './logger.ts';
import { auth } from './plugins/auth.ts';
import { errors } from './plugins/errors.ts';
import { observe } from './plugins/observe.ts';
import { openapi } from './plugins/openapi.ts';
import { parsing } from './plugins/parsing.ts';
import { deadLetters } from './routes/dead-letters.ts';
import { jobTypes } from './routes/job-types.ts';
import { jobs } from './routes/jobs.ts';

export interface AppOptions {
  authenticator: Authenticator;
  jobs: JobService;
  log: Logger;
  duration: Histogram;
  /** Whether the process is about to stop: then clients are told to connect elsewhere. */
  draining: () => boolean;
}

export type App = FastifyInstance;

/** The public HTTP interface, not yet listening. */
export async function createApp(options: AppOptions): Promise<App> {
  const app = fastify({
    loggerInstance: options.log,
    logController: new fastify.LogController({ disableRequestLogging: true }),
    bodyLimit: maxBodyBytes,
    requestTimeout: 15_000,
    keepAliveTimeout: 72_000,
    // As long as a request line can be: an id that is no UUID is 404, not 414.
    routerOptions: { maxParamLength: 16_384 },
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2000 },
  }).withTypeProvider<ZodTypeProvider>();
  app.setSerializerCompiler(serializerCompiler);

  await app.register(errors);
  await app.register(observe, options);
  await app.register(parsing);
  await app.register(openapi);
  await app.register(auth, options);
  await app.register(jobs, { jobs: options.jobs });
  await app.register(deadLetters, { jobs: options.jobs });
  await app.register(jobTypes);
  return app as unknown as App;
}
