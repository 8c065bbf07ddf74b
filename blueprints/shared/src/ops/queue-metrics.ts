import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { query } from '../database/query.ts';

/** Each count reads its own partial index, which holds unfinished jobs only. */
const depths = `
  SELECT
    (SELECT count(*) FROM jobs WHERE due_at IS NOT NULL)::int AS due,
    (SELECT count(*) FROM jobs WHERE published_at IS NOT NULL)::int AS published,
    (SELECT count(*) FROM jobs WHERE lease_until IS NOT NULL)::int AS active,
    extract(epoch FROM clock_timestamp() - least(
      (SELECT min(due_at) FROM jobs WHERE due_at <= (SELECT clock_timestamp())),
      (SELECT min(published_at) FROM jobs WHERE published_at IS NOT NULL)
    ))::float8 AS oldest_s`;

interface Depths {
  due: number;
  published: number;
  active: number;
  oldest_s: number | null;
}

const maxAgeMs = 5000;

/** How many unfinished jobs there are, and how long the oldest runnable one has waited. Sampled
 *  when scraped, at most every five seconds; without a database they keep what they had. */
export function queueMetrics(registry: Registry, pool: pg.Pool) {
  let sampledAt = Number.NEGATIVE_INFINITY;
  let sample: Promise<Depths | undefined>;
  const sampled = () => {
    if (performance.now() - sampledAt >= maxAgeMs) {
      sampledAt = performance.now();
      sample = query<Depths & pg.QueryResultRow>(pool, depths).then(
        ([row]) => row,
        () => undefined,
      );
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
