import { type Kysely, sql } from 'kysely';

// Lists go through jobs_by_type, whether they name a type or not: each index of jobs costs Postgres
// at a job's creation, its claim and its end.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`DROP INDEX jobs_by_status`.execute(db);
}
