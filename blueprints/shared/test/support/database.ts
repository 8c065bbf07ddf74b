import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { migrate } from '../../src/database/migrator.ts';
import { createPool } from '../../src/database/pool.ts';
import { silent } from './log.ts';

export interface TestDatabase {
  url: string;
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
    database.pool = createPool({ url: url.href, size: 10, acquireMs: 2000, name: 'test' }, silent);
  });
  afterAll(async () => {
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
