import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import { sampled } from '../ops/sampled.ts';
import { oldestDueSchedule } from './statements.ts';

export type ScheduleMetrics = ReturnType<typeof scheduleMetrics>;

/** Ticks that became jobs, those that did not, and how late the next one is. */
export function scheduleMetrics(
  registry: Registry,
  db: Database,
  types: readonly { name: string }[],
) {
  const ticks = new Counter({
    name: 'schedule_ticks_total',
    help: 'Jobs that schedules have made',
    labelNames: ['type'],
    registers: [registry],
  });
  const skipped = new Counter({
    name: 'schedule_ticks_skipped_total',
    help: 'Ticks whose job was not made as that of the tick before still waits',
    labelNames: ['type'],
    registers: [registry],
  });
  for (const { name: type } of types) {
    ticks.inc({ type }, 0);
    skipped.inc({ type }, 0);
  }
  const oldest = sampled(db, oldestDueSchedule);
  new Gauge({
    name: 'schedules_oldest_due_seconds',
    help: 'How long the oldest due schedule has waited for its job',
    registers: [registry],
    async collect() {
      const row = await oldest();
      if (row) this.set(Math.max(0, row.oldest_s ?? 0));
    },
  });
  return {
    ticked(type: string) {
      ticks.inc({ type });
    },
    skipped(type: string) {
      skipped.inc({ type });
    },
  };
}
