import { setTimeout as sleep } from 'node:timers/promises';
import { AiClient } from './ai/client.ts';
import type { Config } from './config.ts';
import { Doorbell } from './events/doorbell.ts';
import { checkHandlers } from './jobs/handlers.ts';
import { Leases } from './jobs/leases.ts';
import { Runner } from './jobs/runner.ts';
import { JobStore } from './jobs/store.ts';
import { sweep } from './jobs/sweeper.ts';
import type { Consumer } from './jobs/transport.ts';
import { createHandlers, jobTypes, type Resources } from './jobs/types/index.ts';
import { type LoopOptions, startLoop } from './loop.ts';
import { createRetention } from './modules/retention.ts';
import { createTransport } from './modules/transport.ts';
import { jobMetrics, slotMetrics } from './ops/metrics.ts';
import { Dependency, type DependencyOptions } from './outgoing/dependency.ts';
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
  const metrics = jobMetrics(registry, jobTypes);
  slotMetrics(registry, config.WORKER_CONCURRENCY, () => leases.count);
  const outgoing = outgoingMetrics(registry);
  const dependency = (options: DependencyOptions) => new Dependency(options, outgoing);
  const ai = createAi(config, dependency);
  const handlers = createHandlers({ ai, config, db, dependency });
  checkHandlers(jobTypes, handlers);
  const runner = new Runner({ store, leases, handlers, metrics, log });
  const webhooks = createDeliverer(base);
  const retention = createRetention(base);

  const chores: LoopOptions[] = [
    ...transport.chores,
    { name: 'sweeper', everyMs: 2000, tick: () => sweep(store, metrics, log) },
    { name: 'usage', everyMs: 1000, tick: () => rollUp(db) },
    ...retention.chores,
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
      await Promise.all([...stops, stopLeases, retention.close].map((stop) => stop()));
      await Promise.race([transport.close(), sleep(1000)]);
      await ai.close();
    },
  };
}

function createAi(config: Config, dependency: Resources['dependency']) {
  const { AI_BASE_URL: baseUrl, AI_API_KEY: apiKey, AI_MODEL: model } = config;
  const api = dependency({
    name: 'ai',
    timeoutMs: config.AI_TIMEOUT_MS,
    concurrency: config.AI_CONCURRENCY ?? config.WORKER_CONCURRENCY,
    breaker: { minimumCalls: config.AI_BREAKER_CALLS },
    retryBudget: { trickle: config.AI_RETRIES_PER_S },
  });
  return new AiClient({ baseUrl, apiKey, model }, api);
}

await runProcess({
  name: 'worker',
  poolSize: (config) => config.WORKER_POOL,
  create: createWorker,
});
