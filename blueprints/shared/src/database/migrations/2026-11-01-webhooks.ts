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
      job jsonb NOT NULL,
      attempts smallint NOT NULL DEFAULT 0,
      due_at timestamptz(3),
      UNIQUE (job_id, run)
    )`.execute(db);
  await sql`CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at)
    WHERE due_at IS NOT NULL`.execute(db);
}
