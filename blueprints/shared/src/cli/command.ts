import type pg from 'pg';
import { loadDatabaseConfig } from '../config.ts';
import { createPool } from '../database/pool.ts';
import { createLogger } from '../logger.ts';

export class UsageError extends Error {
  override name = 'UsageError';
}

/** Runs a command and prints its error as a message, with what caused it. Usage exits with 2. */
export async function runCommand(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    for (let e = error; e instanceof Error; e = e.cause) console.error(e.message || e.name);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** Commands need the database alone, not the service's whole configuration. */
export async function withPool(use: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const { DATABASE_URL: url, DATABASE_ACQUIRE_MS: acquireMs } = loadDatabaseConfig();
  const log = createLogger('warn', 'command');
  const pool = createPool({ url, size: 1, acquireMs, name: 'command' }, log);
  try {
    await use(pool);
  } finally {
    await pool.end();
  }
}
