import pg from 'pg';
import { expect, test } from 'vitest';
import { migrate } from '../../src/database/migrator.ts';
import { claim, finish } from '../../src/jobs/statements.ts';
import { testDatabase } from '../support/database.ts';
import { blocks, type Node } from './plan.ts';

const database = testDatabase({ migrated: false });
const jobs = 5000;
/** What one job takes by its indexes is below this; the whole table is above it. */
const mostBlocks = 50;

const fill = `
  INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent)
  SELECT format('00000000-0000-7000-8000-%s', lpad(n::text, 12, '0'))::uuid,
    't1', 'summarize', jsonb_build_object('text', repeat('a text ', 30)), 2, 5, ''
  FROM generate_series(1, $1::int) AS n`;
const batch = `'{00000000-0000-7000-8000-000000000001}', '{1}'`;

test('what was planned for an empty table does not read all that is in it later', async () => {
  await migrate(database.url, { statementMs: 10_000 });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const explain = async (call: string): Promise<Node> => {
      const { rows } = await client.query(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${call}`,
      );
      return rows[0]['QUERY PLAN'][0].Plan;
    };
    await client.query('ALTER TABLE jobs_default SET (autovacuum_enabled = off)');
    await client.query(`PREPARE claim AS ${claim.text}; PREPARE finish AS ${finish.text}`);
    const calls = [`claim(${batch}, 30)`, `finish(${batch}, '{"{}"}')`];
    for (const call of calls) await explain(call);
    await client.query(fill, [jobs]);
    const { rows } = await client.query(`SELECT pg_relation_size('jobs_default') / 8192 AS blocks`);
    expect(Number(rows[0].blocks)).toBeGreaterThan(2 * mostBlocks);
    for (const call of calls) expect(blocks(await explain(call)), call).toBeLessThan(mostBlocks);
  } finally {
    await client.end();
  }
});
