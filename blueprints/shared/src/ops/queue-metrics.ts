import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { type QueueSample, sampleQueue } from '../jobs/queue-sample.ts';

const maxAgeMs = 5000;

/** How many unfinished jobs there are, and how long the oldest runnable one has waited. Sampled
 *  when scraped, at most every five seconds; without a database they keep what they had. */
export function queueMetrics(registry: Registry, pool: pg.Pool) {
  let sampledAt = Number.NEGATIVE_INFINITY;
  let sample: Promise<QueueSample | undefined>;
  const sampled = () => {
    if (performance.now() - sampledAt >= maxAgeMs) {
      sampledAt = performance.now();
      sample = sampleQueue(pool).catch(() => undefined);
    }
    return sample;
  };
  new Gauge({
    name: 'jobs_unfinished',
    help: 'Unfinished jobs by state; due: in the outbox, published: in the broker',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const row = await sampled();
      if (!row) return;
      for (const state of ['due', 'published', 'active'] as const) this.set({ state }, row[state]);
    },
  });
  new Gauge({
    name: 'jobs_oldest_waiting_seconds',
    help: 'How long the oldest runnable job has waited for a worker',
    registers: [registry],
    async collect() {
      const row = await sampled();
      if (row) this.set(row.oldest_s ?? 0);
    },
  });
}
