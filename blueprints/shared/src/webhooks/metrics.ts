import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import { sampled } from '../ops/sampled.ts';
import { oldestDue } from './statements.ts';

export type WebhookMetrics = ReturnType<typeof webhookMetrics>;

const outcomes = ['delivered', 'retrying', 'dead', 'handed_back', 'fenced'];

/** Attempts by how they ended. */
export function webhookMetrics(registry: Registry, db: Database) {
  const duration = new Histogram({
    name: 'webhook_attempt_duration_seconds',
    help: 'Duration of attempts at webhooks, by how they ended',
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30],
    registers: [registry],
  });
  for (const outcome of outcomes) duration.zero({ outcome });
  const oldest = sampled(db, oldestDue);
  new Gauge({
    name: 'webhooks_oldest_due_seconds',
    help: 'How long the oldest due webhook has waited to be sent',
    registers: [registry],
    async collect() {
      const row = await oldest();
      if (row) this.set(Math.max(0, row.oldest_s ?? 0));
    },
  });
  return {
    attempted(outcome: string, seconds: number) {
      duration.observe({ outcome }, seconds);
    },
  };
}
