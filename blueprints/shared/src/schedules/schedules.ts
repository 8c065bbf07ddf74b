import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database/database.ts';
import { traceparentOf } from '../trace.ts';
import { nextTick } from './cadence.ts';
import type { NewSchedule, Schedule, ScheduleKey } from './model.ts';
import * as statements from './statements.ts';

/** What people do with schedules. What they answer is null where there is none of that name, or it is
 *  so already. */
export class Schedules {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** When it ticks first. Throws an Error for a cadence that never does. */
  async add({ tenant, name, type, input, cadence }: NewSchedule): Promise<Date | null> {
    const now = await this.now();
    const next = nextTick(cadence, now, now);
    const { cron, time_zone, every_s } = cadence;
    const values = [tenant, name, type, JSON.stringify(input), cron, time_zone, every_s, now, next];
    return (await this.db.first(statements.addSchedule, values)) ? next : null;
  }

  /** In the order of tenants and names, after one of them. */
  list(limit: number, after: ScheduleKey = { tenant: '', name: '' }): Promise<Schedule[]> {
    return this.db.query(statements.listSchedules, [after.tenant, after.name, limit]);
  }

  async find({ tenant, name }: ScheduleKey): Promise<Schedule | null> {
    return (await this.db.first(statements.findSchedule, [tenant, name])) ?? null;
  }

  async remove({ tenant, name }: ScheduleKey): Promise<boolean> {
    return (await this.db.first(statements.removeSchedule, [tenant, name])) !== undefined;
  }

  async pause({ tenant, name }: ScheduleKey): Promise<boolean> {
    return (await this.db.first(statements.pauseSchedule, [tenant, name])) !== undefined;
  }

  /** When it ticks next: what it missed while it was paused is over. */
  async resume({ tenant, name }: ScheduleKey): Promise<Date | null> {
    const schedule = await this.find({ tenant, name });
    if (!schedule) return null;
    const next = nextTick(schedule, schedule.created_at, await this.now());
    return (await this.db.first(statements.resumeSchedule, [tenant, name, next])) ? next : null;
  }

  /** The id of a job that it makes now, paused or not; its ticks stay as they are. */
  async run({ tenant, name }: ScheduleKey, maxAttempts: number): Promise<string | null> {
    const values = [tenant, name, uuidv7(), maxAttempts, traceparentOf(undefined)];
    return (await this.db.first(statements.runNow, values))?.id ?? null;
  }

  private async now() {
    const row = await this.db.first(statements.clock);
    if (!row) throw new Error('The database did not tell the time');
    return row.now;
  }
}
