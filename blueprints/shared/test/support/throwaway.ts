import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../src/database/migrator.ts';

export interface ThrowawayDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A new database on the server of DATABASE_URL, migrated unless told otherwise. */
export async function throwawayDatabase(
  prefix: string,
  migrated = true,
): Promise<ThrowawayDatabase> {
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  const url = new URL(process.env.DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  await administer(`CREATE DATABASE ${name}`);
  if (migrated) await migrate(url.href, { statementMs: 10_000 });
  return { url: url.href, drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function administer(statement: string) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(statement);
  await client.end();
}
