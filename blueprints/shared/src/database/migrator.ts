import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Kysely, PostgresDialect } from 'kysely';
import { FileMigrationProvider, type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { setRoleDefaults, type Timeouts } from './roles.ts';

// The service's migrations come with its template, yours stand beside src/. Each kind has its own
// table, so that neither sees the other's as missing.
const kinds = [
  { folder: path.join(import.meta.dirname, 'migrations'), table: 'archgen_migrations' },
  { folder: path.join(import.meta.dirname, '../../migrations'), table: 'migrations' },
];

const provider = (folder: string) =>
  new FileMigrationProvider({
    fs,
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

/** The service's migrations that this database still lacks. */
export async function missingMigrations(pool: pg.Pool): Promise<string[]> {
  const wanted: Record<string, Migration>[] = [];
  const applied = new Set<string>();
  for (const { folder, table } of kinds) {
    wanted.push(await provider(folder).getMigrations());
    for (const name of await appliedNames(pool, table)) applied.add(name);
  }
  return wanted.flatMap((migrations) => Object.keys(migrations)).filter((n) => !applied.has(n));
}

async function appliedNames(pool: pg.Pool, table: string) {
  const { rows: found } = await pool.query('SELECT to_regclass($1) AS oid', [table]);
  if (found[0]?.oid === null) return [];
  const { rows } = await pool.query<{ name: string }>(`SELECT name FROM ${table}`);
  return rows.map(({ name }) => name);
}
