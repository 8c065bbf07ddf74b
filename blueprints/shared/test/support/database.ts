import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { silent } from './log.ts';
import { type ThrowawayDatabase, throwawayDatabase } from './throwaway.ts';

export interface TestDatabase {
  url: string;
  /** As the service has it. */
  db: Database;
  /** For the test's own looks and changes. */
  pool: pg.Pool;
}

/** A database of its own for the calling file, migrated unless told otherwise. */
export function testDatabase({ migrated = true } = {}): TestDatabase {
  const database = {} as TestDatabase;
  let throwaway: ThrowawayDatabase | undefined;
  beforeAll(async () => {
    throwaway = await throwawayDatabase('test', migrated);
    const { url } = throwaway;
    const options = { url, size: 10, acquireMs: 2000, statementMs: 10_000, name: 'test' };
    const pool = new pg.Pool({ connectionString: url });
    pool.on('error', () => {});
    Object.assign(database, { url, pool, db: new Database(options, silent) });
  });
  afterAll(async () => {
    await database.db?.close();
    await database.pool?.end();
    await throwaway?.drop();
  });
  return database;
}
