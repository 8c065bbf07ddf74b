import { type DatabaseConfig, databaseOptions, loadDatabaseConfig } from '../config.ts';
import { Database } from '../database/database.ts';
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
export async function withDatabase(
  use: (db: Database, config: DatabaseConfig) => Promise<void>,
): Promise<void> {
  const config = loadDatabaseConfig();
  const options = databaseOptions(config, { name: 'command', size: 1 });
  const db = new Database(options, createLogger('warn', 'command'));
  try {
    await use(db, config);
  } finally {
    await db.close();
  }
}
