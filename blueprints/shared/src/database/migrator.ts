import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Kysely, PostgresDialect } from 'kysely';
import { FileMigrationProvider, type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import type { Database } from './database.ts';
import { addStatementStatistics } from './extensions.ts';
import { setRoleDefaults, type Timeouts } from './roles.ts';
import { appliedMigrations, findTable } from './statements.ts';

// The service's migrations come with its template, yours stand beside src/ (a build leaves out a folder
// without any). Each kind has its own table, so that neither sees the other's as missing.
const kinds = [
  { folder: path.join(import.meta.dirname, 'migrations'), table: 'archgen_migrations' },
  { folder: path.join(import.meta.dirname, '../../migrations'), table: 'migrations' },
] as const;

const provider = (folder: string) =>
  new FileMigrationProvider({
    fs: { readdir: (path) => (existsSync(path) ? fs.readdir(path) : Promise.resolve([])) },
    path,
    migrationFolder: folder,
    import: (file) => import(pathToFileURL(file).href),
  });

/** Applies what is missing and answers its names. Concurrent calls wait for each other. */
export async function migrate(url: string, timeouts: Timeouts): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // A migration may take longer than the service's own statements.
    await client.query("SET statement_timeout = 0; SET lock_timeout = '30s'");
    await client.query('SELECT pg_advisory_lock(4119470)');
    const applied: string[] = [];
    for (const kind of kinds) applied.push(...(await migrateKind(client, kind)));
    await setRoleDefaults(client, timeouts);
    await addStatementStatistics(client);
    return applied;
  } finally {
    await client.end();
  }
}

async function migrateKind(client: pg.Client, { folder, table }: (typeof kinds)[number]) {
  // The dialect wants a pool: this one has a single connection, which stays open for the next kind.
  const pool = {
    connect: async () => Object.assign(client, { release: () => {} }),
    end: async () => {},
  };
  const migrator = new Migrator({
    db: new Kysely({ dialect: new PostgresDialect({ pool: pool as never }) }),
    provider: provider(folder),
    migrationTableName: table,
    migrationLockTableName: `${table}_lock`,
    allowUnorderedMigrations: true,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) {
    const failed = results.find((result) => result.status === 'Error');
    throw new Error(`Migration ${failed?.migrationName ?? folder} failed`, { cause: error });
  }
  return results.map((result) => result.migrationName);
}

/** The migrations that this database still lacks. */
export async function missingMigrations(db: Database): Promise<string[]> {
  const missing: string[] = [];
  for (const { folder, table } of kinds) {
    const wanted: Record<string, Migration> = await provider(folder).getMigrations();
    const applied = new Set(await appliedNames(db, table));
    missing.push(...Object.keys(wanted).filter((name) => !applied.has(name)));
  }
  return missing;
}

async function appliedNames(db: Database, table: (typeof kinds)[number]['table']) {
  const found = await db.first(findTable, [table]);
  if (!found?.oid) return [];
  const rows = await db.query(appliedMigrations[table]);
  return rows.map(({ name }) => name);
}
