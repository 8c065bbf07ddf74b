import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE api_keys (
      id uuid PRIMARY KEY,
      hash bytea NOT NULL UNIQUE,
      tenant text NOT NULL,
      scopes text[] NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      revoked_at timestamptz(3)
    )`.execute(db);
}
