import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrator.ts';
import { silent } from './log.ts';

export interface TestDatabase {
  url: string;
  /** As the service has it. */
  db: Database;
  /** For the test's own looks and changes. */
  pool: pg.Pool;
}

/** A database of its own for the calling file, migrated unless told otherwise. */
export function testDatabase({ migrated = true } = {}): TestDatabase {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = new URL(process.env.DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  const database = { url: url.href } as TestDatabase;
  beforeAll(async () => {
    await administer(`CREATE DATABASE ${name}`);
    if (migrated) await migrate(url.href, { statementMs: 10_000 });
    const options = { url: url.href, size: 10, acquireMs: 2000, statementMs: 10_000, name: 'test' };
    database.db = new Database(options, silent);
    database.pool = new pg.Pool({ connectionString: url.href });
    database.pool.on('error', () => {});
  });
  afterAll(async () => {
    await database.db?.close();
    await database.pool?.end();
    await administer(`DROP DATABASE ${name} WITH (FORCE)`);
  });
  return database;
}

async function administer(statement: string) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(statement);
  await client.end();
}
