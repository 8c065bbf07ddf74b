import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import { sampled } from './sampled.ts';
import { depths } from './statements.ts';

/** How many unfinished jobs there are, and how long the oldest runnable one has waited. */
export function queueMetrics(registry: Registry, db: Database) {
  const sample = sampled(db, depths);
  new Gauge({
    name: 'jobs_unfinished',
    help: 'Unfinished jobs: due, published to the broker, active, put_off after a run, or for later',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const row = await sample();
      if (!row) return;
      const { published, active, put_off } = row;
      const due = row.waiting - published;
      const states = { due, published, active, put_off, later: row.due - due - put_off };
      for (const [state, count] of Object.entries(states)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'jobs_oldest_waiting_seconds',
    help: 'How long the oldest runnable job has waited for a worker',
    registers: [registry],
    async collect() {
      const row = await sample();
      if (row) this.set(row.oldest_s ?? 0);
    },
  });
}
