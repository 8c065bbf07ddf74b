import { expect, test } from 'vitest';
import { JobStore } from '../../src/jobs/store.ts';
import { rollUp } from '../../src/usage/rollup.ts';
import { testDatabase } from '../support/database.ts';
import { createJob } from '../support/jobs.ts';
import { processes } from '../support/processes.ts';

const database = testDatabase();
const start = processes();

async function projections(...args: string[]) {
  const script = start('src/cli/projections.ts', { DATABASE_URL: database.url }, args);
  const code = await script.ended;
  return { code, output: script.output().trim() };
}

test('check says where a row was tampered with, and rebuild mends it', async () => {
  const store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  const { id } = await createJob(store);
  await store.cancel(id, 't1');
  await rollUp(database.db);
  expect(await projections('check')).toEqual({ code: 0, output: 'usage: agrees with the jobs' });

  await database.pool.query('UPDATE usage_days SET jobs = 5');
  const found = await projections('check', 'usage');
  expect(found.code).toBe(1);
  expect(found.output).toMatch(
    /^\d{4}-\d\d-\d\d {2}t1 {2}summarize: jobs 5, should be 1\nusage: 1 row differs/,
  );

  expect(await projections('rebuild', 'usage')).toMatchObject({ code: 0 });
  expect(await projections('check')).toMatchObject({ code: 0 });
});

test.each([[[]], [['mend']], [['check', 'nothing']], [['check', 'usage', 'usage']]])(
  'wrong usage is explained: %j',
  async (args) => {
    const { code, output } = await projections(...args);
    expect(code).toBe(2);
    expect(output).toContain('Usage:');
  },
);
