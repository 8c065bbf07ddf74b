import { type Kysely, sql } from 'kysely';

// Times are kept to the millisecond, so that a cursor made from one comes back unchanged.
// One partial index a state in which a job waits for somebody: their predicates are `IS NOT NULL`
// and never `status = …`, whose statistics lie as soon as most jobs are finished.
// Jobs and their events are partitioned by id, which is a UUIDv7 and so in the order of creation.
// Everything is in the DEFAULT partitions until somebody creates months (see the next migration).
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE jobs (
      id uuid PRIMARY KEY,
      tenant text NOT NULL,
      type text NOT NULL,
      input jsonb NOT NULL,
      priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 3),
      max_attempts smallint NOT NULL,
      webhook_url text,
      traceparent text NOT NULL,
      status text NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'active', 'retrying', 'succeeded', 'dead', 'cancelled')),
      run integer NOT NULL DEFAULT 1,
      failures integer NOT NULL DEFAULT 0,
      progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
      event_seq integer NOT NULL DEFAULT 1,
      due_at timestamptz(3),
      published_at timestamptz(3),
      lease_until timestamptz(3),
      result jsonb,
      error jsonb,
      created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      started_at timestamptz(3),
      finished_at timestamptz(3)
    ) PARTITION BY RANGE (id)`.execute(db);
  await sql`CREATE TABLE jobs_default PARTITION OF jobs DEFAULT`.execute(db);
  await sql`CREATE INDEX jobs_by_status ON jobs (tenant, status, id)`.execute(db);
  await sql`CREATE INDEX jobs_by_type ON jobs (tenant, type, status, id)`.execute(db);
  await sql`CREATE INDEX jobs_due ON jobs (priority, due_at) WHERE due_at IS NOT NULL`.execute(db);
  await sql`CREATE INDEX jobs_published ON jobs (published_at, id)
    WHERE published_at IS NOT NULL`.execute(db);
  await sql`CREATE INDEX jobs_leased ON jobs (lease_until) WHERE lease_until IS NOT NULL`.execute(
    db,
  );

  await sql`
    CREATE TABLE job_events (
      job_id uuid NOT NULL,
      seq integer NOT NULL,
      type text NOT NULL,
      failures smallint NOT NULL,
      progress smallint NOT NULL,
      error jsonb,
      at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (job_id, seq)
    ) PARTITION BY RANGE (job_id)`.execute(db);
  await sql`CREATE TABLE job_events_default PARTITION OF job_events DEFAULT`.execute(db);

  await sql`
    CREATE TABLE dead_letters (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      tenant text NOT NULL,
      job_id uuid NOT NULL,
      run integer NOT NULL,
      delivery_id uuid,
      type text NOT NULL,
      attempts integer NOT NULL,
      error jsonb NOT NULL,
      trace_id text NOT NULL,
      died_at timestamptz(3) NOT NULL,
      replayed_at timestamptz(3),
      UNIQUE NULLS NOT DISTINCT (job_id, run, delivery_id)
    )`.execute(db);
  await sql`CREATE INDEX dead_letters_open ON dead_letters (tenant, died_at, id)
    WHERE replayed_at IS NULL`.execute(db);

  await sql`
    CREATE TABLE idempotency_keys (
      tenant text NOT NULL,
      key text NOT NULL,
      body_hash bytea NOT NULL,
      job_id uuid NOT NULL,
      expires_at timestamptz(3) NOT NULL,
      PRIMARY KEY (tenant, key)
    )`.execute(db);
  await sql`CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)`.execute(db);

  await sql`
    CREATE TABLE queue_epochs (
      queue text PRIMARY KEY,
      epoch text NOT NULL
    )`.execute(db);
}
