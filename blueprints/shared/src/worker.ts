import { setTimeout as sleep } from 'node:timers/promises';
import { AiClient } from './ai/client.ts';
import { Doorbell } from './events/doorbell.ts';
import { Leases } from './jobs/leases.ts';
import { purge } from './jobs/retention.ts';
import { Runner } from './jobs/runner.ts';
import { JobStore } from './jobs/store.ts';
import { sweep } from './jobs/sweeper.ts';
import type { Consumer } from './jobs/transport.ts';
import { createHandlers } from './jobs/types/index.ts';
import { type LoopOptions, startLoop } from './loop.ts';
import { createTransport } from './modules/transport.ts';
import { jobMetrics } from './ops/metrics.ts';
import { queueMetrics } from './ops/queue-metrics.ts';
import { Dependency } from './outgoing/dependency.ts';
import { outgoingMetrics } from './outgoing/metrics.ts';
import { type Base, runProcess, type Service } from './process.ts';
import { rollUp } from './usage/rollup.ts';
import { createDeliverer } from './webhooks/create.ts';

/** Time kept at the end of the grace for handing back what is unfinished. */
const handBackMs = 3000;

function createWorker(base: Base): Service {
  const { config, log, db, registry } = base;
  const { ring: onEvents } = new Doorbell(db, log);
  const store = new JobStore(db, {
    leaseS: config.JOB_LEASE_S,
    backoffMs: config.JOB_BACKOFF_MS,
    onEvents,
  });
  const transport = createTransport(base, onEvents);
  const leases = new Leases(store, config.JOB_LEASE_S, log);
  const metrics = jobMetrics(registry);
  const aiApi = new Dependency(
    {
      name: 'ai',
      timeoutMs: config.AI_TIMEOUT_MS,
      concurrency: config.AI_CONCURRENCY ?? config.WORKER_CONCURRENCY,
      breaker: { minimumCalls: config.AI_BREAKER_CALLS },
      retryBudget: { trickle: config.AI_RETRIES_PER_S },
    },
    outgoingMetrics(registry),
  );
  const { AI_BASE_URL: baseUrl, AI_API_KEY: apiKey, AI_MODEL: model } = config;
  const ai = new AiClient({ baseUrl, apiKey, model }, aiApi);
  const runner = new Runner({ store, leases, handlers: createHandlers({ ai }), metrics, log });
  const webhooks = createDeliverer(base);
  queueMetrics(registry, db);

  const chores: LoopOptions[] = [
    ...transport.chores,
    { name: 'sweeper', everyMs: 2000, tick: () => sweep(store, metrics, log) },
    { name: 'usage', everyMs: 1000, tick: () => rollUp(db) },
    { name: 'retention', everyMs: 60_000, tick: () => purge(db, config.RETENTION_DAYS) },
  ];
  let stops: (() => Promise<void>)[] = [];
  let stopLeases = async () => {};
  let consumer: Consumer | undefined;

  return {
    start() {
      stops = chores.map((chore) => startLoop(chore, log));
      stopLeases = startLoop(leases.loop, log);
      webhooks.start();
      consumer = transport.consume(runner, config.WORKER_CONCURRENCY);
    },
    async stop() {
      const graceMs = config.SHUTDOWN_GRACE_S * 1000 - config.SHUTDOWN_DRAIN_MS - handBackMs;
      const handBack = setTimeout(
        () => {
          leases.abortAll('shutdown');
          webhooks.abort();
        },
        Math.max(0, graceMs),
      );
      await Promise.all([consumer?.close(), webhooks.close()]);
      clearTimeout(handBack);
      await Promise.all([...stops, stopLeases].map((stop) => stop()));
      await Promise.race([transport.close(), sleep(1000)]);
      await ai.close();
    },
  };
}

await runProcess({
  name: 'worker',
  poolSize: (config) => config.WORKER_POOL,
  create: createWorker,
});
