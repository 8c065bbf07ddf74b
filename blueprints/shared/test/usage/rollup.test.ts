import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { DeadLetters } from '../../src/jobs/dead-letters.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { rollUp } from '../../src/usage/rollup.ts';
import { testDatabase } from '../support/database.ts';
import { createJob } from '../support/jobs.ts';
import { silent } from '../support/log.ts';

const database = testDatabase();
const error = { name: 'Error', message: 'wrong', stack: '' };
let store: JobStore;
let letters: DeadLetters;

beforeAll(() => {
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  letters = new DeadLetters(database.db);
});
afterEach(() =>
  database.pool.query('TRUNCATE jobs, job_events, dead_letters, usage_deltas, usage_days'),
);

const rows = async (query: string) => (await database.pool.query(query)).rows;

const used = () =>
  rows(`SELECT tenant, day::text, type, jobs::int, succeeded::int, dead::int, seconds::float8
    FROM usage_days WHERE jobs <> 0 OR seconds <> 0 ORDER BY tenant, day, type`);
const ended = () =>
  rows(`SELECT tenant, (finished_at AT TIME ZONE 'UTC')::date::text AS day, type,
      count(*)::int AS jobs, count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded,
      count(*) FILTER (WHERE status = 'dead')::int AS dead,
      coalesce(sum(extract(epoch FROM finished_at - started_at)), 0)::float8 AS seconds
    FROM jobs WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`);

async function rollUpAll() {
  while (await rollUp(database.db));
  expect(await rows('SELECT * FROM usage_deltas')).toEqual([]);
}

const claimed = async (given = {}) => {
  const run = await createJob(store, given);
  await store.claim(run);
  return run;
};

const outcomes: ((given: { tenant: string; type: string }) => Promise<unknown>)[] = [
  async (given) => store.finish(await claimed(given), {}),
  async (given) => store.fail({ ...(await claimed(given)), error, permanent: true }),
  async (given) => store.cancel((await claimed(given)).id, given.tenant),
  async (given) => store.cancel((await createJob(store, given)).id, given.tenant),
  async (given) => store.fail({ ...(await claimed(given)), error, permanent: false }),
];

test('what many workers end while several roll up is counted once', async () => {
  let working = true;
  const rolling = Array.from({ length: 3 }, async () => {
    let turns = 0;
    for (; working; turns += 1) await rollUp(database.db);
    return turns;
  });
  const types = ['summarize', 'translate', 'classify'];
  const workers = Array.from({ length: 20 }, async (_, worker) => {
    for (let i = worker; i < worker + 40; i += 1) {
      const tenant = i % 7 === 0 ? 't2' : 't1';
      await outcomes[i % 5]?.({ tenant, type: types[i % 3] as string });
    }
  });
  await Promise.all(workers);
  working = false;
  for (const turns of await Promise.all(rolling)) expect(turns).toBeGreaterThan(1);
  await rollUpAll();
  expect(await used()).toEqual(await ended());
  expect(await rows('SELECT sum(jobs)::int AS jobs FROM usage_days')).toEqual([{ jobs: 640 }]);
});

test('more than a batch takes more than a turn', async () => {
  await database.pool.query(`INSERT INTO usage_deltas (tenant, day, type, cohort, jobs,
    succeeded, dead, seconds) SELECT 't' || i % 3, date '2026-01-01' + i % 10, 'summarize',
    gen_random_uuid(), 1, 1, 0, 0.001 FROM generate_series(1, 3000) AS i`);
  const both = [rollUp(database.db), rollUp(database.db)];
  expect(await Promise.all(both)).toEqual([true, true]);
  await rollUpAll();
  expect(await rows('SELECT sum(jobs)::int AS jobs, sum(seconds) FROM usage_days')).toEqual([
    { jobs: 3000, sum: '3.000' },
  ]);
});

describe('a replay', () => {
  const letterOf = async (id: string) =>
    (await rows(`SELECT id FROM dead_letters WHERE job_id = '${id}' ORDER BY died_at DESC`))[0].id;

  test('takes back what the death counted, from the day on which it was', async () => {
    const run = await claimed();
    await store.fail({ ...run, error, permanent: true });
    await database.pool.query(`WITH job AS (
        UPDATE jobs SET started_at = '2026-03-01T23:00Z', finished_at = '2026-03-01T23:00:01.234Z'
      ) UPDATE usage_deltas SET day = '2026-03-01', seconds = 1.234`);
    await rollUpAll();
    expect(await used()).toEqual(await ended());
    await letters.replay(await letterOf(run.id));
    await rollUpAll();
    expect(await used()).toEqual([]);
    await store.claim({ id: run.id, run: 2 });
    await store.finish({ id: run.id, run: 2 }, {});
    await rollUpAll();
    expect(await used()).toMatchObject([{ jobs: 1, succeeded: 1, dead: 0 }]);
    expect(await used()).toEqual(await ended());
  });

  test('counts again when it dies again, also before a roll-up', async () => {
    const { id } = await claimed();
    for (const run of [1, 2]) {
      await store.claim({ id, run });
      await store.fail({ id, run, error, permanent: true });
      if (run === 1) await letters.replay(await letterOf(id));
    }
    await rollUpAll();
    expect(await used()).toMatchObject([{ jobs: 1, succeeded: 0, dead: 1 }]);
    expect(await used()).toEqual(await ended());
  });
});

// At any moment it is another day in one of these.
test.each(['Pacific/Kiritimati', 'Etc/GMT+12'])('a day is one in UTC, also in %s', async (zone) => {
  const url = new URL(database.url);
  url.searchParams.set('options', `-c TimeZone=${zone}`);
  const options = { url: url.href, size: 1, acquireMs: 2000, statementMs: 10_000, name: 'zone' };
  const db = new Database(options, silent);
  const there = new JobStore(db, { leaseS: 30, backoffMs: 1 });
  const run = await createJob(there);
  await there.claim(run);
  await there.finish(run, {});
  await rollUp(db);
  await db.close();
  const [job] = await rows('SELECT finished_at FROM jobs');
  expect(await used()).toMatchObject([{ day: job.finished_at.toISOString().slice(0, 10) }]);
});
