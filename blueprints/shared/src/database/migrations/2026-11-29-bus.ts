import { type Kysely, sql } from 'kysely';

// Events for other services wait here until RabbitMQ has confirmed them. An id is a UUIDv7, which
// Postgres makes itself from 18 on only: its first 48 bits are the time in ms, then a version of 7.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE domain_events (
      id uuid PRIMARY KEY DEFAULT encode(
        set_bit(set_bit(
          overlay(uuid_send(gen_random_uuid()) placing
            substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6),
          52, 1), 53, 1), 'hex')::uuid,
      type text NOT NULL,
      tenant text NOT NULL,
      data jsonb NOT NULL,
      traceparent text,
      attempts integer NOT NULL DEFAULT 0,
      due_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
    )`.execute(db);
  await sql`CREATE INDEX domain_events_due ON domain_events (due_at)`.execute(db);
}
