import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../faults/random.ts';
import { DeadLetters } from '../../src/jobs/dead-letters.ts';
import { purge } from '../../src/jobs/retention.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { BuildLost, type Difference, UsageProjection } from '../../src/usage/projection.ts';
import * as builds from '../../src/usage/projection-statements.ts';
import { rollUp } from '../../src/usage/rollup.ts';
import { closeDays } from '../../src/usage/statements.ts';
import { testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';
import { age, createJob } from '../support/jobs.ts';

const database = testDatabase();
const api = testApp(database);
const error = { name: 'Error', message: 'wrong', stack: '' };
const dayMs = 86_400_000;
let store: JobStore;
let letters: DeadLetters;
let projection: UsageProjection;

beforeAll(() => {
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  letters = new DeadLetters(database.db);
  // Small, so that roll-ups and writes come in between.
  projection = new UsageProjection(database.db, { jobsAtOnce: 3, rowsAtOnce: 2 });
});
afterEach(() =>
  database.pool.query(`TRUNCATE jobs, job_events, dead_letters, usage_deltas, usage_days;
    UPDATE projections SET truth_from = '-infinity', generation = 1`),
);

const rows = async (query: string) => (await database.pool.query(query)).rows;
const sums = 'sum(jobs)::int AS jobs, sum(succeeded)::int AS succeeded, sum(dead)::int AS dead';

/** By tenant, day and type, from the one and from the other. */
const used = (from: string) =>
  rows(`SELECT tenant, day::text, type, ${sums}, sum(seconds)::float8 AS seconds
    FROM (${from}) AS used GROUP BY 1, 2, 3 HAVING sum(jobs) > 0 ORDER BY 1, 2, 3`);
const projected = () => used('SELECT * FROM usage_current');
const truth = () =>
  used(`SELECT tenant, (finished_at AT TIME ZONE 'UTC')::date AS day, type, 1 AS jobs,
      (status = 'succeeded')::int AS succeeded, (status = 'dead')::int AS dead,
      coalesce(extract(epoch FROM finished_at - started_at), 0) AS seconds
    FROM jobs WHERE finished_at IS NOT NULL`);

async function differences() {
  const found: Difference[] = [];
  await projection.check((difference) => found.push(difference));
  return found;
}

async function rollUpAll() {
  while (await rollUp(database.db));
}

/** A job that began some time in the last two hours, so that many cohorts are about at once. */
async function begun(random: Random) {
  const given = {
    id: uuidv7({ msecs: Date.now() - random.int(0, 7_200_000) }),
    tenant: `t${random.int(1, 3)}`,
    type: random.next() < 0.5 ? 'summarize' : 'translate',
    maxAttempts: 2,
  };
  return { ...given, ...(await createJob(store, given)) };
}

/** A job from its creation to one of its ends, which may be taken back. */
async function history(random: Random) {
  const { id, tenant } = await begun(random);
  let run = 1;
  if (random.next() < 0.1) return store.cancel(id, tenant);
  for (;;) {
    await store.claim({ id, run });
    const course = random.int(1, 10);
    if (course <= 4) return store.finish({ id, run }, {});
    if (course === 5) return store.cancel(id, tenant);
    if (course === 6) await store.handBack({ id, run });
    else if (course === 7) await crash(id);
    else await store.fail({ id, run, error, permanent: course === 8 });
    const [job] = await rows(`SELECT run, status FROM jobs WHERE id = '${id}'`);
    if (job.status === 'dead') {
      if (random.next() < 0.4) return;
      const [letter] = await rows(
        `SELECT id FROM dead_letters WHERE job_id = '${id}' AND run = ${job.run}`,
      );
      await letters.replay(letter.id);
      run = job.run + 1;
    } else {
      run = job.run;
    }
  }
}

/** Its worker dies, and the sweeper of another one takes it away. */
async function crash(id: string) {
  await age(database.pool, id, 60);
  while ((await rows(`SELECT FROM jobs WHERE id = '${id}' AND lease_until < now()`)).length > 0) {
    await store.expire(error, 10);
  }
}

const seed = Number(process.env.PROJECTION_SEED ?? Math.floor(Math.random() * 1e6));

describe(`random histories (PROJECTION_SEED=${seed})`, () => {
  /** So many at once, until all are over. */
  const all = (histories: number) =>
    Array.from({ length: 10 }, async (_, worker) => {
      const random = new Random(seed * 10 + worker);
      for (let i = worker; i < histories; i += 10) await history(random);
    });

  test('leave a projection that agrees with the jobs', async () => {
    await Promise.all(all(200));
    await rollUpAll();
    expect(await projected()).toEqual(await truth());
    expect(await differences()).toEqual([]);
  });

  test('go on while it is made anew, over and over, and held against them', async () => {
    let working = true;
    const rolling = Array.from({ length: 2 }, async () => {
      while (working) await rollUp(database.db);
    });
    const building = (async () => {
      let turns = 0;
      for (; working; turns += 1) {
        await projection.rebuild(() => expect.unreachable('nothing was wrong'));
        expect(await differences()).toEqual([]);
      }
      return turns;
    })();
    await Promise.all(all(300));
    working = false;
    expect(await building).toBeGreaterThan(0);
    await Promise.all(rolling);
    await rollUpAll();
    expect(await projected()).toEqual(await truth());
    expect(await differences()).toEqual([]);
  });
});

test('usage knows of an end as soon as it is committed', async () => {
  const headers = await api.as('t1', 'usage:read');
  const jobs = async () => {
    const { items } = (await api.inject({ url: '/v1/usage?group_by=type', headers })).json();
    return items.map((item: { jobs: number }) => item.jobs);
  };
  const [one, other] = [await createJob(store), await createJob(store)];
  await store.cancel(one.id, 't1');
  expect(await jobs()).toEqual([1]);
  await rollUpAll();
  await store.cancel(other.id, 't1');
  expect(await jobs()).toEqual([2]);
});

describe('a row that was tampered with', () => {
  async function tampered() {
    const random = new Random(1);
    for (let i = 0; i < 20; i += 1) await history(random);
    await createJob(store).then(({ id }) => store.cancel(id, 't1'));
    await rollUpAll();
    await database.pool.query(`UPDATE usage_days SET jobs = jobs + 7 WHERE (tenant, type) = (
      SELECT tenant, type FROM usage_days WHERE tenant = 't1' LIMIT 1)`);
  }

  test('is found, with what it should be', async () => {
    await tampered();
    const [found, ...others] = await differences();
    expect(others).toEqual([]);
    expect(found?.tenant).toBe('t1');
    expect(found?.projection.jobs).toBe((found?.truth.jobs ?? 0) + 7);
    expect(found?.projection.seconds).toBe(found?.truth.seconds);
  });

  test('is what readers see until the new projection is complete', async () => {
    await tampered();
    const before = await projected();
    await projection.rebuild(async () => expect(await projected()).toEqual(before));
    expect(await projected()).toEqual(await truth());
  });

  test('stays when somebody else began to make it anew, who then mends it', async () => {
    await tampered();
    const second = new UsageProjection(database.db);
    const first = projection.rebuild(() => second.rebuild(() => {}));
    await expect(first).rejects.toThrow(BuildLost);
    expect(await projected()).toEqual(await truth());
    expect(await differences()).toEqual([]);
  });

  test('a lost row and one of nobody are differences as well', async () => {
    await tampered();
    await database.pool.query(`DELETE FROM usage_days WHERE tenant = 't1';
      INSERT INTO usage_days VALUES ('t9', '2026-03-01', 'translate', 1, 1, 0, 2.5)`);
    const found = await differences();
    expect(found.filter(({ tenant }) => tenant === 't1').length).toBeGreaterThan(0);
    expect(found.at(-1)).toEqual({
      tenant: 't9',
      day: '2026-03-01',
      type: 'translate',
      projection: { jobs: 1, succeeded: 1, dead: 0, seconds: '2.5' },
      truth: { jobs: 0, succeeded: 0, dead: 0, seconds: '0' },
    });
  });
});

test('what somebody left who died is gone once another one is through', async () => {
  const random = new Random(2);
  for (let i = 0; i < 10; i += 1) await history(random);
  const left = await database.db.first(builds.start);
  await database.db.query(builds.count, [left?.building, 3]);
  for (let i = 0; i < 10; i += 1) await history(random);
  await rollUpAll();
  expect(await projected()).toEqual(await truth());
  await projection.rebuild(() => expect.unreachable('nothing was wrong'));
  expect(await projected()).toEqual(await truth());
  expect(await rows('SELECT DISTINCT generation FROM usage_days')).toHaveLength(1);
});

describe('days of which the retention has deleted jobs', () => {
  /** A job that was cancelled so many days ago. */
  async function cancelled(days: number) {
    const at = Date.now() - days * dayMs;
    const { id } = await createJob(store, { id: uuidv7({ msecs: at }) });
    await store.cancel(id, 't1');
    await database.pool.query('UPDATE jobs SET finished_at = $2 WHERE id = $1', [id, new Date(at)]);
    await database.pool.query('UPDATE usage_deltas SET day = $1', [
      new Date(at).toISOString().slice(0, 10),
    ]);
    await rollUpAll();
  }

  test('are kept as they are', async () => {
    for (const days of [40, 35, 10, 0]) await cancelled(days);
    const before = await projected();
    await purge(database.db, 30);
    expect(await truth()).toHaveLength(2);
    expect(await differences()).toEqual([]);
    await projection.rebuild(() => expect.unreachable('nothing was wrong'));
    expect(await projected()).toEqual(before);
  });

  test('are not made anew when it comes to them meanwhile', async () => {
    for (const days of [10, 5]) await cancelled(days);
    await database.pool.query('UPDATE usage_days SET jobs = 3');
    const before = await projected();
    const late = projection.rebuild(() =>
      database.db.query(closeDays, [new Date(Date.now() - 7 * dayMs)]),
    );
    await expect(late).rejects.toThrow(BuildLost);
    expect(await projected()).toEqual(before);
  });
});
