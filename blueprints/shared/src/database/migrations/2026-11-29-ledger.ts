import { type Kysely, sql } from 'kysely';

// What the worked second service keeps (src/ledger/), where there is an event bus.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE ledger_inbox (
      event_id uuid PRIMARY KEY,
      at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
    )`.execute(db);
  await sql`CREATE INDEX ledger_inbox_age ON ledger_inbox (at)`.execute(db);
  await sql`
    CREATE TABLE ledger_entries (
      tenant text NOT NULL,
      month date NOT NULL,
      succeeded bigint NOT NULL,
      dead bigint NOT NULL,
      cancelled bigint NOT NULL,
      took_ms bigint NOT NULL,
      PRIMARY KEY (tenant, month)
    )`.execute(db);
}
