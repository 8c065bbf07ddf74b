import { type Kysely, sql } from 'kysely';

// Not logged: after a crash every tenant has a full bucket, and a lease costs no WAL.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE UNLOGGED TABLE rate_limits (
      tenant text PRIMARY KEY,
      tokens float8 NOT NULL,
      refilled_at timestamptz NOT NULL
    )`.execute(db);
}
