import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planning } from '../../src/database/roles.ts';
import { declaredStatements, type Seed, type Statement } from '../../src/database/statement.ts';
import { seed } from '../jobs/seed.ts';
import { testDatabase } from '../support/database.ts';
import { blocks, brief, literal, type Node, nodes, removed } from './plan.ts';

// Every declared statement runs with its example against a million rows, and is rolled back. Tables
// are filled by the test/**/seed.ts, which name those that stay `small`; statements are those of all
// src/**/*statements.ts.

/** Blocks of 8 kB that a statement may touch. */
const mostBlocks = 600;
/** Rows that a statement may look at and throw away. */
const mostDiscarded = 1000;
/** Rows that an example may select. */
const mostRows = 1000;
const largeTable = 100_000;

/** Tables that stay small, whatever the load: the service's, and those of the seeds. */
const small = new Set([
  'api_keys',
  'archgen_migrations',
  'archgen_migrations_lock',
  'heartbeat',
  'job_months',
  'migrations',
  'migrations_lock',
  'projections',
  'queue_epochs',
]);

/** Statements that read many rows on purpose. */
const exempt = new Set([
  'ops.depths', // counts the unfinished jobs through their partial indexes, once in seconds
  'letters.list_all', // a command that a person runs
  'diagnose.statements', // reads an extension, which not every server has
  'diagnose.texts', // likewise
]);

const root = path.resolve(import.meta.dirname, '../..');
const filesOf = async (pattern: string) =>
  (await Array.fromAsync(glob(pattern, { cwd: root }))).sort();
const load = (file: string) => import(pathToFileURL(path.join(root, file)).href);

for (const file of await filesOf('src/**/*statements.ts')) await load(file);
const declared = new Map(declaredStatements());

const database = testDatabase();
let client: pg.Client;
/** Tables and partitions of which no plan can be judged, by the rows that their table has. */
let sparse: Map<string, string>;
/** Months to come. */
let empty: Set<string>;

beforeAll(async () => {
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // As the service has it; the seed may take its time.
  const settings = { statement_timeout: '0', ...planning };
  for (const [name, value] of Object.entries(settings)) {
    await client.query(`SET ${name} = '${value}'`);
  }
  const seeds = await Promise.all((await filesOf('test/**/seed.ts')).map(load));
  for (const table of seeds.flatMap((seed) => seed.small ?? [])) small.add(table);
  for (const table of await tables()) {
    if (!small.has(table)) await client.query(`ALTER TABLE ${table} SET UNLOGGED`);
  }
  for (const sql of seeds.flatMap((seed) => seed.default)) await client.query(sql);
  // As autovacuum does: no table that is empty, and no partitioned one as a whole.
  for (const table of await tables('pg_relation_size(oid) > 0')) {
    await client.query(`VACUUM ANALYZE ${table}`);
  }
  sparse = await sparseTables();
  empty = new Set(await tables('pg_relation_size(oid) = 0'));
}, 300_000);

afterAll(() => client.end());

async function tables(which = 'true'): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT relname FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND ${which}`,
  );
  return rows.map(({ relname }) => relname);
}

async function sparseTables() {
  const { rows } = await client.query(
    `SELECT relname, root::regclass::text, rows FROM (
       SELECT relname, root, sum(greatest(reltuples, 0)) OVER (PARTITION BY root) AS rows
       FROM pg_class, LATERAL (SELECT coalesce(pg_partition_root(oid), oid) AS root) AS r
       WHERE relname = ANY ($1) AND relkind = 'r' AND relnamespace = 'public'::regnamespace
     ) AS t WHERE rows < $2`,
    [(await tables()).filter((table) => !small.has(table)), largeTable],
  );
  return new Map(rows.map(({ relname, root, rows }) => [relname, `${root} has ${rows} rows`]));
}

test('every table that grows is filled, or no plan can be judged', () => {
  const advice = `a test/**/seed.ts must give it ${largeTable}, or export it in \`small\``;
  expect([...new Set(sparse.values())].map((table) => `${table}: ${advice}`)).toEqual([]);
});

test('no statement is declared outside of a statements.ts', async () => {
  const others = (await filesOf('src/**/*.ts')).filter((file) => !/statements\.ts$/.test(file));
  for (const file of others)
    if (!/^src\/(api|worker|consumer|cli\/|dev\/)/.test(file)) await load(file);
  const astray = [...declaredStatements().keys()].filter((name) => !declared.has(name));
  const texts = await Promise.all(others.map((file) => readFile(path.join(root, file), 'utf8')));
  const fileOf = (name: string) => others.find((_, i) => texts[i]?.includes(`'${name}'`)) ?? 'src';
  expect(astray.map((name) => `${fileOf(name)}: move ${name} to a statements.ts`)).toEqual([]);
});

describe('indexes', () => {
  const judged = [...declared].filter(([name]) => !exempt.has(name));
  test.each(judged)('%s', async (_name, statement) => {
    await judge(statement, seed);
    // A tenant with nothing shows a walk through what is the others'.
    await judge(statement, { ...seed, tenant: 'nobody' });
  });

  test('ops.depths', async () => {
    const plan = await explain(declared.get('ops.depths') as Statement, seed);
    const scans = nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan');
    // But for a month to come, which is empty.
    expect(scans.filter((node) => node['Actual Rows'] > 0 || removed(node) > 0)).toEqual([]);
  });
});

async function judge(statement: Statement, values: Seed) {
  const plan = await explain(statement, values);
  const faults = nodes(plan).flatMap(faultsOf);
  if (blocks(plan) > mostBlocks) {
    faults.push(
      `touches ${blocks(plan)} blocks, more than ${mostBlocks}: let it read less, by an index or a limit`,
    );
  }
  if (plan['Actual Rows'] > mostRows) {
    faults.push(`selects ${plan['Actual Rows']} rows: the example must select little`);
  }
  expect(faults, `\n${brief(plan)}\n`).toEqual([]);
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

function faultsOf(node: Node): string[] {
  const table = node['Relation Name'] ?? '';
  if (sparse.has(table)) return [];
  const faults: string[] = [];
  // Postgres' own catalogs do not grow with the load.
  const grows = !small.has(table) && !empty.has(table) && !table.startsWith('pg_');
  if (node['Node Type'] === 'Seq Scan' && grows) {
    faults.push(`Seq Scan on ${table}: add an index in a migration`);
  }
  if (removed(node) > mostDiscarded) {
    faults.push(
      `${node['Index Name'] ?? table}: ${removed(node)} rows looked at in vain: add an index in a migration`,
    );
  }
  return faults;
}
