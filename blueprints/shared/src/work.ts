import { setTimeout as sleep } from 'node:timers/promises';
import type { AiClient } from './ai/client.ts';
import type { Leases } from './jobs/leases.ts';
import type { Retention } from './jobs/retention.ts';
import type { Runner } from './jobs/runner.ts';
import type { JobStore } from './jobs/store.ts';
import { sweep } from './jobs/sweeper.ts';
import type { Consumer, Transport } from './jobs/transport.ts';
import { type LoopOptions, startLoop } from './loop.ts';
import { createBus } from './modules/bus.ts';
import { choreMetrics, type JobMetrics, slotMetrics } from './ops/metrics.ts';
import type { Base, Service } from './process.ts';
import { createTicker } from './schedules/create.ts';
import { rollUp } from './usage/rollup.ts';
import type { Deliverer } from './webhooks/deliverer.ts';

/** What a worker has at hand. */
export interface Tools {
  store: JobStore;
  leases: Leases;
  runner: Runner;
  transport: Transport;
  webhooks: Deliverer;
  retention: Retention;
  metrics: JobMetrics;
  ai: AiClient;
}

/** Time kept at the end of the grace for handing back what is unfinished. */
const handBackMs = 3000;

/** What a worker does from its start until it is told to stop. */
export function createWork(base: Base, tools: Tools): Service {
  const { config, log, db, registry } = base;
  const { store, leases, runner, transport, webhooks, retention, metrics, ai } = tools;
  slotMetrics(registry, config.WORKER_CONCURRENCY, () => runner.busy);
  const chores: LoopOptions[] = [
    ...transport.chores,
    { name: 'sweeper', everyMs: 2000, tick: () => sweep(store, metrics, log) },
    { name: 'usage', everyMs: 1000, tick: () => rollUp(db) },
    createTicker({ config, db, registry, log }).chore,
    ...retention.chores,
  ];
  const countTurn = choreMetrics(registry, chores);
  const bus = createBus(base);
  let stops: (() => Promise<void>)[] = [];
  let stopLeases = async () => {};
  let consumer: Consumer | undefined;

  return {
    start() {
      stops = chores.map((chore) =>
        startLoop(chore, log, (outcome) => countTurn(chore.name, outcome)),
      );
      stopLeases = startLoop(leases.loop, log);
      webhooks.start();
      bus.start();
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
      const closing = [...stops, stopLeases, retention.close, () => bus.close()];
      await Promise.all(closing.map((stop) => stop()));
      await Promise.race([transport.close(), sleep(1000)]);
      await ai.close();
    },
  };
}
