import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE webhook_deliveries (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      job_id uuid NOT NULL,
      run integer NOT NULL,
      tenant text NOT NULL,
      type text NOT NULL,
      url text NOT NULL,
      host text NOT NULL GENERATED ALWAYS AS (split_part(url, '/', 3)) STORED,
      job jsonb NOT NULL,
      attempts smallint NOT NULL DEFAULT 0,
      due_at timestamptz(3),
      delivered_at timestamptz(3),
      UNIQUE (job_id, run)
    )`.execute(db);
  await sql`CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at)
    WHERE due_at IS NOT NULL`.execute(db);
  await sql`CREATE INDEX webhook_deliveries_by_host ON webhook_deliveries (host, due_at)
    WHERE due_at IS NOT NULL`.execute(db);

  // URLs that answered 410 (Gone).
  await sql`
    CREATE TABLE webhook_gone (
      tenant text NOT NULL,
      url text NOT NULL,
      at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (tenant, url)
    )`.execute(db);
  await sql`CREATE INDEX webhook_gone_age ON webhook_gone (at)`.execute(db);

  await sql`
    CREATE TABLE webhook_secrets (
      tenant text NOT NULL,
      id uuid NOT NULL,
      secret text NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      expires_at timestamptz(3),
      PRIMARY KEY (tenant, id)
    )`.execute(db);
  await sql`CREATE UNIQUE INDEX webhook_secrets_current ON webhook_secrets (tenant)
    WHERE expires_at IS NULL`.execute(db);
}
