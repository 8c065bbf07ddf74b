import { type Kysely, sql } from 'kysely';

// One row, by which a reader of a replica knows how far behind it is (src/database/replica/).
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE heartbeat (at timestamptz NOT NULL)`.execute(db);
  await sql`INSERT INTO heartbeat VALUES ('-infinity')`.execute(db);
}
