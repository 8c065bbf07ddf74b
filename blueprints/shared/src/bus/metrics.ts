import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import { sampled } from '../ops/sampled.ts';
import { type Outcome, outcomes, type RabbitPublisher } from './publisher.ts';
import { waiting } from './statements.ts';

export type BusMetrics = ReturnType<typeof busMetrics>;

/** What became of events, and what waits. */
export function busMetrics(
  registry: Registry,
  db: Database,
  publisher: Pick<RabbitPublisher, 'available'>,
) {
  const registers = [registry];
  const events = new Counter({
    name: 'bus_events_total',
    help: 'Events by what became of them: confirmed, nacked by a queue without room, or failed',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of outcomes) events.inc({ outcome }, 0);
  new Gauge({
    name: 'bus_up',
    help: '1 while this worker reaches RabbitMQ; without it events wait in their table',
    registers,
    collect() {
      this.set(publisher.available ? 1 : 0);
    },
  });
  const sample = sampled(db, waiting);
  new Gauge({
    name: 'bus_outbox_events',
    help: 'Events that wait to be published; no more than 10,000 are counted',
    registers,
    async collect() {
      const row = await sample();
      if (row) this.set(row.events);
    },
  });
  new Gauge({
    name: 'bus_outbox_oldest_seconds',
    help: 'How long the oldest event has waited to be published',
    registers,
    async collect() {
      const row = await sample();
      if (row) this.set(Math.max(0, row.oldest_s ?? 0));
    },
  });
  return {
    settled(counts: Record<Outcome, number>) {
      for (const outcome of outcomes) events.inc({ outcome }, counts[outcome]);
    },
  };
}
