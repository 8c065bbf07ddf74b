import { SpanKind } from '@opentelemetry/api';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database/database.ts';
import type { JobType } from '../jobs/type.ts';
import type { Logger } from '../logger.ts';
import type { LoopOptions } from '../loop.ts';
import { traceIdOf, traceparentOf } from '../trace.ts';
import { startTrace, traceparentFrom } from '../tracing/spans.ts';
import { nextTick } from './cadence.ts';
import type { ScheduleMetrics } from './metrics.ts';
import type { Due } from './model.ts';
import { dueSchedules, takeTicks } from './statements.ts';

const batchSize = 100;

export interface TickerOptions {
  /** Those that this release knows; ticks of others are left to workers that know them. */
  types: readonly JobType[];
  /** Of types that do not say. */
  maxAttempts: number;
  /** How long a tick is remembered beyond its schedule, in hours. */
  keyTtlH: number;
  metrics: ScheduleMetrics;
}

/** Makes a job of each tick that has come, once, whatever the number of workers. Of ticks that nobody
 *  was there for one job comes late, and stands for all of them; so does a job that still waits. */
export class Ticker {
  /** Often enough for every second's tick. */
  readonly chore: LoopOptions = { name: 'schedules', everyMs: 500, tick: () => this.tick() };
  private readonly db: Database;
  private readonly options: TickerOptions;
  private readonly log: Logger;

  constructor(db: Database, options: TickerOptions, log: Logger) {
    this.db = db;
    this.options = options;
    this.log = log;
  }

  /** Answers whether there may be more. */
  async tick(): Promise<boolean> {
    const { types, keyTtlH, metrics } = this.options;
    const due = await this.db.query(dueSchedules, [types.map(({ name }) => name), batchSize]);
    const ticks = due.flatMap((schedule) => this.tickOf(schedule));
    if (ticks.length === 0) return false;
    const moved = await this.db.query(takeTicks, [
      ticks.map(({ tenant }) => tenant),
      ticks.map(({ name }) => name),
      ticks.map(({ tick }) => tick),
      ticks.map(({ next }) => next),
      ticks.map(({ jobId }) => jobId),
      ticks.map(({ maxAttempts }) => maxAttempts),
      ticks.map(({ traceparent }) => traceparent),
      keyTtlH,
    ]);
    for (const { id: job_id, waiting_id, tenant, name, type, traceparent, late_s } of moved) {
      if (job_id !== null) {
        metrics.ticked(type);
        // Those of ticks that made no job, or that another worker has taken, are never ended, and so
        // never sent.
        ticks.find(({ jobId }) => jobId === job_id)?.span?.end();
        const trace_id = traceIdOf(traceparent);
        this.log.info({ tenant, schedule: name, job_id, late_s, trace_id }, 'schedule ticked');
      } else if (waiting_id !== null) {
        metrics.skipped(type);
        this.log.info({ tenant, schedule: name, job_id: waiting_id }, 'schedule tick skipped');
      }
    }
    // Several workers share what is due: each then gets fewer.
    return due.length === batchSize && moved.length > 0;
  }

  /** None for a schedule that this release cannot read: it must not hold up the others. */
  private tickOf(schedule: Due) {
    const { tenant, name, created_at, next_due_at: tick, now } = schedule;
    const type = this.options.types.find((one) => one.name === schedule.type);
    try {
      const next = nextTick(schedule, created_at, now);
      const maxAttempts = type?.maxAttempts ?? this.options.maxAttempts;
      const jobId = uuidv7();
      const span = startTick(schedule.type, jobId);
      const traceparent = span ? traceparentFrom(span) : traceparentOf(undefined);
      return [{ tenant, name, tick, next, jobId, maxAttempts, span, traceparent }];
    } catch (error) {
      this.log.error({ err: error, tenant, schedule: name }, 'schedule cannot tick');
      return [];
    }
  }
}

const startTick = (type: string, jobId: string) =>
  startTrace(`tick ${type}`, {
    kind: SpanKind.PRODUCER,
    attributes: { 'job.id': jobId, 'job.type': type },
  });
