import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import { databaseMetrics } from '../database/metrics.ts';
import type { Outcome } from '../loop.ts';
import { sizing } from '../sizing.ts';
import { memoryMetrics } from './memory-metrics.ts';

export type JobMetrics = ReturnType<typeof jobMetrics>;

/** Node's own metrics (event loop, heap, CPU), its limits, and the database's. */
export function createRegistry(db: Database): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  memoryMetrics(registry);
  new Counter({
    name: 'nodejs_eventloop_active_seconds_total',
    help: 'How long the event loop was at work: at a rate of 1 it does nothing else',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(performance.eventLoopUtilization().active / 1000);
    },
  });
  databaseMetrics(registry, db);
  return registry;
}

/** How many handlers a worker may run at once, and runs. */
export function slotMetrics(registry: Registry, slots: number, busy: () => number) {
  new Gauge({
    name: 'worker_slots',
    help: 'Handlers that this worker may run at once, by state: busy or free',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'busy' }, busy());
      this.set({ state: 'free' }, Math.max(0, slots - busy()));
    },
  });
}

/** How the turns of a worker's chores ended. */
export function choreMetrics(registry: Registry, chores: readonly { name: string }[]) {
  const turns = new Counter({
    name: 'worker_chore_turns_total',
    help: 'Turns of what workers do besides jobs, by how they ended: done or failed',
    labelNames: ['chore', 'outcome'],
    registers: [registry],
  });
  for (const { name: chore } of chores) {
    for (const outcome of ['done', 'failed']) turns.inc({ chore, outcome }, 0);
  }
  return (chore: string, outcome: Outcome) => turns.inc({ chore, outcome });
}

/** With what was promised as a bucket of its own, which share keeps the promise is counted, not
 *  estimated. */
const withPromise = (seconds: number, buckets: number[]) =>
  [...new Set([...buckets, seconds])].sort((a, b) => a - b);

/** Rate, errors and duration of requests, by route and never by path. */
export const httpMetrics = (registry: Registry) =>
  new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests',
    labelNames: ['method', 'route', 'status'],
    buckets: withPromise(
      sizing.p95_ms / 1000,
      [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ),
    registers: [registry],
  });

const endings = ['succeeded', 'retrying', 'dead', 'postponed', 'handed_back', 'lost', 'fenced'];

/** Runs by how they ended. */
export function jobMetrics(registry: Registry, types: readonly { name: string }[]) {
  const runs = new Counter({
    name: 'job_runs_total',
    help: 'Runs of jobs by how they ended',
    labelNames: ['type', 'status'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'job_run_duration_seconds',
    help: 'Duration of runs of jobs, until their handlers were done',
    labelNames: ['type', 'status'],
    buckets: withPromise(
      sizing.longest_operation_s,
      [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 120, 300],
    ),
    registers: [registry],
  });
  // A series that begins at 1 has not increased: the first of its kind would be missed.
  for (const { name: type } of types) for (const status of endings) runs.inc({ type, status }, 0);
  return {
    settled(type: string, status: string, seconds: number) {
      runs.inc({ type, status });
      duration.observe({ type, status }, seconds);
    },
    expired(type: string, status: string) {
      runs.inc({ type, status });
    },
  };
}
