import { type Kysely, sql } from 'kysely';

// What ended is written as deltas, by whoever ends it, and rolled up later: workers never wait for
// each other at one day's row. Seconds are exact: what is taken back leaves nothing.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE usage_deltas (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant text NOT NULL,
      day date NOT NULL,
      type text NOT NULL,
      jobs integer NOT NULL,
      succeeded integer NOT NULL,
      dead integer NOT NULL,
      seconds numeric NOT NULL
    )`.execute(db);
  await sql`
    CREATE TABLE usage_days (
      tenant text NOT NULL,
      day date NOT NULL,
      type text NOT NULL,
      jobs bigint NOT NULL,
      succeeded bigint NOT NULL,
      dead bigint NOT NULL,
      seconds numeric NOT NULL,
      PRIMARY KEY (tenant, day, type)
    )`.execute(db);
}
