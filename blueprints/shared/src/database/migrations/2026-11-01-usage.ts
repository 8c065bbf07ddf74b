import { type Kysely, sql } from 'kysely';

// What ended is written as deltas, by whoever ends it, and rolled up later: workers never wait for
// each other at one day's row. Seconds are exact: what is taken back leaves nothing.
//
// The days are a projection of the jobs, which can be made anew from them under a generation of its
// own, while everybody reads the current one. Jobs are gone through by id, so a delta says which it
// is of: a cohort is what was created within the same 65 seconds, the first 32 bits of a UUIDv7, and
// is known by the last id that it may have.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE FUNCTION job_cohort(id uuid) RETURNS uuid IMMUTABLE
    RETURN (left(id::text, 8) || '-ffff-ffff-ffff-ffffffffffff')::uuid`.execute(db);
  await sql`
    CREATE TABLE usage_deltas (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant text NOT NULL,
      day date NOT NULL,
      type text NOT NULL,
      cohort uuid NOT NULL,
      jobs integer NOT NULL,
      succeeded integer NOT NULL,
      dead integer NOT NULL,
      seconds numeric NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX usage_deltas_by_day ON usage_deltas (tenant, day)`.execute(db);
  await sql`CREATE INDEX usage_deltas_by_cohort ON usage_deltas (cohort)`.execute(db);
  await sql`
    CREATE TABLE usage_days (
      tenant text NOT NULL,
      day date NOT NULL,
      type text NOT NULL,
      jobs bigint NOT NULL,
      succeeded bigint NOT NULL,
      dead bigint NOT NULL,
      seconds numeric NOT NULL,
      generation bigint NOT NULL DEFAULT 1,
      PRIMARY KEY (generation, tenant, day, type)
    )`.execute(db);

  // truth_from: the first day of which no job may have been deleted. folds: how often deltas were
  // rolled up. building, built_from, built_to: the generation that is being made, its first day that
  // is counted anew, and the last id that is counted in it.
  await sql`CREATE SEQUENCE projection_generations START 2`.execute(db);
  await sql`
    CREATE TABLE projections (
      name text PRIMARY KEY,
      generation bigint NOT NULL DEFAULT 1,
      folds bigint NOT NULL DEFAULT 0,
      truth_from date NOT NULL DEFAULT '-infinity',
      building bigint,
      built_from date,
      built_to uuid
    )`.execute(db);
  await sql`INSERT INTO projections (name) VALUES ('usage')`.execute(db);
  await sql`
    CREATE VIEW usage_current AS SELECT tenant, day, type, jobs, succeeded, dead, seconds
    FROM usage_days
    WHERE generation = (SELECT generation FROM projections WHERE name = 'usage')`.execute(db);
}
