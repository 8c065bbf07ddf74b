import { createApp } from './app.ts';
import { Authenticator } from './auth/authenticator.ts';
import { KeyStore } from './auth/keys.ts';
import { DeadLetters } from './jobs/dead-letters.ts';
import { JobReader } from './jobs/reader.ts';
import { JobService } from './jobs/service.ts';
import { JobStore } from './jobs/store.ts';
import { httpMetrics } from './ops/metrics.ts';
import { type Base, runProcess, type Service } from './process.ts';

async function createApi({ config, log, pool, registry, readiness }: Base): Promise<Service> {
  const store = new JobStore(pool, {
    leaseS: config.JOB_LEASE_S,
    backoffMs: config.JOB_BACKOFF_MS,
  });
  const app = await createApp({
    authenticator: new Authenticator(new KeyStore(pool)),
    jobs: new JobService({
      store,
      reader: new JobReader(pool),
      letters: new DeadLetters(pool),
      maxAttempts: config.JOB_MAX_ATTEMPTS,
      idempotencyTtlH: config.IDEMPOTENCY_TTL_H,
    }),
    log,
    duration: httpMetrics(registry),
    draining: () => readiness.draining,
  });
  return {
    listen: () => app.listen({ port: config.PORT, host: config.HOST }),
    stop: () => app.close(),
  };
}

await runProcess({ name: 'api', poolSize: (config) => config.API_POOL, create: createApi });
