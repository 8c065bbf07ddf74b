import { glob } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { declaredStatements, type Seed, type Statement } from '../../src/database/statement.ts';
import { seed } from '../jobs/seed.ts';
import { testDatabase } from '../support/database.ts';

// Every declared statement runs with its example against a million rows, and is rolled back. Tables
// are filled by the test/**/seed.ts, statements are those of all src/**/*statements.ts.

/** Blocks of 8 kB that a statement may touch. */
const mostBlocks = 500;
/** Rows that a statement may look at and throw away. */
const mostDiscarded = 1000;
const largeTable = 100_000;

/** Tables that stay small, whatever the load. */
const small = new Set([
  'api_keys',
  'archgen_migrations',
  'archgen_migrations_lock',
  'heartbeat',
  'job_months',
  'migrations',
  'migrations_lock',
  'queue_epochs',
]);

/** Statements that read many rows on purpose. */
const exempt = new Set([
  'ops.depths', // counts the unfinished jobs through their partial indexes, once in seconds
  'letters.list_all', // a command that a person runs
]);

const root = path.resolve(import.meta.dirname, '../..');
const filesOf = async (pattern: string) =>
  (await Array.fromAsync(glob(pattern, { cwd: root }))).sort();
const load = (file: string) => import(pathToFileURL(path.join(root, file)).href);

for (const file of await filesOf('src/**/*statements.ts')) await load(file);

const database = testDatabase();
let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // As the service has it (src/database/roles.ts); the seed may take its time.
  await client.query('SET statement_timeout = 0');
  await client.query('SET plan_cache_mode = force_generic_plan');
  for (const table of await tables()) {
    if (!small.has(table)) await client.query(`ALTER TABLE ${table} SET UNLOGGED`);
  }
  for (const file of await filesOf('test/**/seed.ts')) {
    for (const sql of (await load(file)).default) await client.query(sql);
  }
  // As autovacuum does: no table that is empty, and no partitioned one as a whole.
  for (const table of await tables('pg_relation_size(oid) > 0')) {
    await client.query(`VACUUM ANALYZE ${table}`);
  }
}, 300_000);

afterAll(() => client.end());

async function tables(which = 'true'): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT relname FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND ${which}`,
  );
  return rows.map(({ relname }) => relname);
}

test('every table that grows is filled, or no plan can be judged', async () => {
  const { rows } = await client.query(
    `SELECT coalesce(pg_partition_root(oid), oid)::regclass::text AS relname FROM pg_class
     WHERE relname = ANY ($1) GROUP BY 1 HAVING sum(greatest(reltuples, 0)) < $2`,
    [(await tables()).filter((table) => !small.has(table)), largeTable],
  );
  expect(rows.map(({ relname }) => `${relname}: fill it in a test/**/seed.ts`)).toEqual([]);
});

test('no statement is sent that is not declared in a statements.ts', async () => {
  const declarers: string[] = [];
  for (const file of await filesOf('src/**/*.ts')) {
    if (/statements\.ts$/.test(file)) continue;
    const before = declaredStatements().size;
    if (!/^src\/(api|worker|cli\/|dev\/)/.test(file)) await load(file);
    if (declaredStatements().size > before) declarers.push(file);
  }
  expect(declarers).toEqual([]);
});

describe('indexes', () => {
  const judged = [...declaredStatements()].filter(([name]) => !exempt.has(name));
  test.each(judged)('%s', async (_name, statement) => {
    await judge(statement, seed);
    // A tenant with nothing shows a walk through what is the others'.
    await judge(statement, { ...seed, tenant: 'nobody' });
  });

  test('ops.depths', async () => {
    const plan = await explain(declaredStatements().get('ops.depths') as Statement, seed);
    const scans = nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan');
    // But for a month to come, which is empty.
    expect(scans.filter((node) => node['Actual Rows'] > 0 || removed(node) > 0)).toEqual([]);
  });
});

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Node[];
}

async function judge(statement: Statement, values: Seed) {
  const plan = await explain(statement, values);
  const faults = nodes(plan).flatMap(faultsOf);
  const blocks = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
  if (blocks > mostBlocks) faults.push(`touches ${blocks} blocks, more than ${mostBlocks}`);
  expect(faults, JSON.stringify(plan, null, 1)).toEqual([]);
}

async function explain({ name, text, example }: Statement, seed: Seed): Promise<Node> {
  await client.query('BEGIN');
  try {
    await client.query(`PREPARE "${name}" AS ${text}`);
    const values = example(seed).map(literal).join(', ');
    const call = values ? `"${name}"(${values})` : `"${name}"`;
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${call}`);
    return rows[0]['QUERY PLAN'][0].Plan;
  } finally {
    await client.query('ROLLBACK');
    await client.query('DEALLOCATE ALL');
  }
}

const nodes = (plan: Node): Node[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

const removed = (node: Node) => (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'];

function faultsOf(node: Node): string[] {
  const table = node['Relation Name'];
  const discarded = removed(node);
  const faults: string[] = [];
  if (node['Node Type'] === 'Seq Scan' && table && !small.has(table)) {
    faults.push(`Seq Scan on ${table}: it needs an index`);
  }
  if (discarded > mostDiscarded) {
    faults.push(`${node['Index Name'] ?? table}: ${discarded} rows looked at in vain`);
  }
  return faults;
}

/** A value as pg would send it, as SQL. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return `'{${value.map(element).join(',')}}'`;
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  if (value instanceof Date) return `'${value.toISOString()}'`;
  return pg.escapeLiteral(String(value));
}

function element(value: unknown): string {
  if (value === null) return 'NULL';
  if (Buffer.isBuffer(value)) return `"\\\\\\\\x${value.toString('hex')}"`;
  return `"${String(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll("'", "''")}"`;
}
