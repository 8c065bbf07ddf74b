import { type Kysely, sql } from 'kysely';

// What makes a job again and again. `next_due_at` is the instant of the next tick, and the fence of
// making its job; a schedule that is paused has none. Every N seconds counts from `created_at`.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE schedules (
      tenant text NOT NULL,
      name text NOT NULL,
      type text NOT NULL,
      input jsonb NOT NULL,
      cron text,
      time_zone text,
      every_s integer CHECK (every_s > 0),
      created_at timestamptz(3) NOT NULL,
      next_due_at timestamptz(3),
      last_tick_at timestamptz(3),
      PRIMARY KEY (tenant, name),
      CHECK (num_nonnulls(cron, every_s) = 1 AND (cron IS NULL) = (time_zone IS NULL))
    )`.execute(db);
  await sql`CREATE INDEX schedules_due ON schedules (next_due_at)
    WHERE next_due_at IS NOT NULL`.execute(db);
}
