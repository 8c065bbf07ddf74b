import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { processes } from '../support/processes.ts';

const database = testDatabase();
const start = processes();

// Nothing listens on port 9 (discard).
const nobody = 'http://127.0.0.1:9';
const nowhere = 'postgres://nobody@127.0.0.1:9/nothing';

async function run(url: string, ...argv: string[]) {
  const env = { DATABASE_URL: url, DATABASE_DIRECT_URL: '' };
  const command = start('src/cli/diagnose.ts', env, argv);
  return { code: await command.ended, output: command.output() };
}

test('Postgres alone is judged, in 80 columns, and it says what was not read', async () => {
  const { code, output } = await run(database.url, '--seconds', '1', '--ops', nobody);
  expect(code, output).toBe(0);
  expect(output).toContain('None: nothing that was read is near its limit.');
  expect(output).toContain(`${nobody}/metrics: ECONNREFUSED`);
  expect(output).toContain('No worker was read');
  expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('sessions that wait for a lock are seen, with who keeps them waiting', async () => {
  const [holder, waiter] = [await database.pool.connect(), await database.pool.connect()];
  await holder.query('BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE');
  const { rows } = await holder.query('SELECT pg_backend_pid() AS pid');
  const waiting = waiter.query('SET lock_timeout = 0; SET statement_timeout = 0; TABLE jobs');
  try {
    const argv = ['--json', '--seconds', '1', '--ops', nobody];
    const { bottleneck, unread } = JSON.parse((await run(database.url, ...argv)).output);
    expect(bottleneck).toMatchObject({ cause: 'locks' });
    expect(bottleneck.evidence.join()).toContain(`pid ${rows[0].pid} (idle in transaction)`);
    // It has not joined the queue for the lock.
    expect(unread.join()).toContain('lock timeout');
  } finally {
    await holder.query('ROLLBACK');
    await waiting;
    for (const client of [holder, waiter]) client.release(true);
  }
});

test('with nothing to read it exits with 1', async () => {
  const { code, output } = await run(nowhere, '--seconds', '1', '--ops', nobody);
  expect(code).toBe(1);
  expect(output).toContain('Nothing could be read');
});

test.each([['--ops', 'somewhere'], ['--seconds', '0'], ['--fast']])(
  'usage: %s %s',
  async (...argv) => {
    const { code, output } = await run(database.url, ...argv.filter((arg) => arg !== undefined));
    expect(code).toBe(2);
    expect(output).toContain('Usage: npm run diagnose');
  },
);
