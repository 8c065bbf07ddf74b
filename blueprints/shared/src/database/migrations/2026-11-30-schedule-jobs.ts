import { type Kysely, sql } from 'kysely';

// The job of the last tick that made one. While it waits, further ticks make none.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE schedules ADD COLUMN last_job_id uuid`.execute(db);
}
