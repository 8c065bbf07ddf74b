import { beforeAll, describe, expect, test } from 'vitest';
import { DeadLetters } from '../../src/jobs/dead-letters.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { testDatabase } from '../support/database.ts';
import { age, createJob, eventsOf, newJob, rowOf } from '../support/jobs.ts';

const database = testDatabase();
const error = { name: 'Error', message: 'wrong', stack: 'Error: wrong\n    at here' };
const expired = { name: 'LeaseExpired', message: 'gone', stack: '' };
let store: JobStore;
let letters: DeadLetters;

beforeAll(() => {
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 1000 });
  letters = new DeadLetters(database.db);
});

async function claimed(given = {}) {
  const run = await createJob(store, given);
  await store.claim(run);
  return run;
}

const fail = (run: { id: string; run: number }, permanent = false) =>
  store.fail({ ...run, error, permanent });

async function die(given = {}) {
  const run = await claimed(given);
  await fail(run, true);
  const { rows } = await database.pool.query('SELECT id FROM dead_letters WHERE job_id = $1', [
    run.id,
  ]);
  return { ...run, letter: rows[0].id as string };
}

describe('a job that goes well', () => {
  test('is queued, active, succeeded, with an event each', async () => {
    const run = await createJob(store);
    expect(await rowOf(database.pool, run.id)).toMatchObject({ status: 'queued', run: 1 });
    const job = await store.claim(run);
    expect(job).toMatchObject({ type: 'summarize', input: { text: 'a text' }, failures: 0 });
    await store.progress(run, 40);
    await store.finish(run, { summary: 'short' });
    expect(await rowOf(database.pool, run.id)).toMatchObject({
      status: 'succeeded',
      progress: 100,
      result: { summary: 'short' },
      due_at: null,
      published_at: null,
      lease_until: null,
    });
    const events = ['queued', 'active', 'progress', 'succeeded'];
    expect(await eventsOf(database.pool, run.id)).toEqual(events);
  });

  test('goes to one of many claimers', async () => {
    const run = await createJob(store);
    const other = new JobStore(database.db, { leaseS: 30, backoffMs: 1000 });
    const claims = [store, other].flatMap((s) => Array.from({ length: 20 }, () => s.claim(run)));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
  });
});

describe('the fence', () => {
  test('refuses a run that was taken over', async () => {
    const late = await claimed();
    await age(database.pool, late.id, 60);
    await store.expire(expired, 10);
    expect(await store.finish(late, { summary: 'late' })).toBeNull();
    expect(await fail(late)).toBeNull();
    await store.progress(late, 50);
    const row = await rowOf(database.pool, late.id);
    expect(row).toMatchObject({ status: 'retrying', run: 2, failures: 1, progress: 0 });
    const next = { id: late.id, run: 2 };
    expect(await store.claim(late)).toBeNull();
    expect(await store.claim(next)).not.toBeNull();
    expect(await store.finish(late, { summary: 'late' })).toBeNull();
    expect(await store.finish(next, { summary: 'right' })).not.toBeNull();
    expect(await store.finish(next, { summary: 'twice' })).toBeNull();
  });

  test('holds in a batch, row by row', async () => {
    const runs = await Promise.all(Array.from({ length: 10 }, () => claimed()));
    const fenced = runs.map(({ id, run }, i) => ({ id, run: i % 2 ? run : run + 1 }));
    const done = await Promise.all(fenced.map((run) => store.finish(run, {})));
    expect(done.map(Boolean)).toEqual(runs.map((_, i) => i % 2 === 1));
  });

  test('holds for a run that was taken over and came back to the same worker', async () => {
    const late = await claimed();
    await store.handBack(late);
    const current = { id: late.id, run: 2 };
    await store.claim(current);
    // The first keeps the store busy, so that the others share a batch.
    const runs = [{ id: late.id, run: 9 }, late, current];
    const done = await Promise.all(runs.map((run) => store.finish(run, { by: run.run })));
    expect(done).toEqual([null, null, current]);
    expect(await rowOf(database.pool, late.id)).toMatchObject({ result: { by: 2 } });
  });
});

describe('a failed run', () => {
  test('is retried after a backoff with full jitter', async () => {
    const runs = await Promise.all(Array.from({ length: 30 }, () => claimed()));
    await Promise.all(runs.map((run) => fail(run)));
    const { rows } = await database.pool.query(
      `SELECT extract(epoch FROM due_at - e.at)::float8 AS delay FROM jobs
       JOIN job_events e ON job_id = id AND seq = event_seq WHERE id = ANY ($1)`,
      [runs.map(({ id }) => id)],
    );
    const delays = rows.map(({ delay }) => delay);
    expect(Math.max(...delays)).toBeLessThan(1.01);
    expect(Math.min(...delays)).toBeGreaterThan(-0.01);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(0.3);
  });

  test('is dead after the last attempt, with what is needed to understand it', async () => {
    const { id } = await createJob(store, {
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    });
    for (const run of [1, 2, 3]) {
      expect(await store.claim({ id, run })).not.toBeNull();
      await fail({ id, run });
    }
    expect(await rowOf(database.pool, id)).toMatchObject({ status: 'dead', run: 3, failures: 3 });
    const [letter] = await letters.list({ limit: 1, tenant: 't1' });
    expect(letter).toMatchObject({ job_id: id, attempts: 3, error, trace_id: 'a'.repeat(32) });
  });

  test('is dead at once when the error is permanent', async () => {
    const run = await claimed();
    expect(await fail(run, true)).toMatchObject({ status: 'dead', failures: 1 });
  });
});

describe('a lease that ran out', () => {
  test('counts as a failure, up to the last attempt', async () => {
    const { id } = await createJob(store);
    for (const run of [1, 2, 3]) {
      await store.claim({ id, run });
      await age(database.pool, id, 60);
      const both = await Promise.all([store.expire(expired, 10), store.expire(expired, 10)]);
      expect(both.flat().filter((job) => job.id === id)).toHaveLength(1);
    }
    expect(await rowOf(database.pool, id)).toMatchObject({ status: 'dead', failures: 3 });
  });

  test('is not touched while it is renewed', async () => {
    const run = await claimed();
    await age(database.pool, run.id, 29);
    await store.renewLeases([run]);
    await age(database.pool, run.id, 29);
    expect(await store.expire(expired, 10)).toEqual([]);
    expect(await store.heldLeases([run, { id: run.id, run: 9 }])).toEqual(new Set([run.id]));
  });
});

test('a hand-back makes the job runnable again and counts no failure', async () => {
  const run = await claimed();
  await store.handBack(run);
  expect(await rowOf(database.pool, run.id)).toMatchObject({
    status: 'queued',
    run: 2,
    failures: 0,
    lease_until: null,
  });
});

describe('cancelling', () => {
  test('ends a job at once, even an active one', async () => {
    const run = await claimed();
    expect(await store.cancel(run.id, 't1')).toMatchObject({ status: 'cancelled', failures: 0 });
    expect(await store.heldLeases([run])).toEqual(new Set());
    expect(await store.finish(run, {})).toBeNull();
    expect(await store.cancel(run.id, 't1')).toBeNull();
  });

  test('is another tenant’s business', async () => {
    const run = await createJob(store);
    expect(await store.cancel(run.id, 't2')).toBeNull();
  });
});

describe('a replay', () => {
  test('starts the job over, once a letter', async () => {
    const { id, letter } = await die();
    expect(await letters.replay(letter, 't2')).toBeUndefined();
    const replays = await Promise.all([letters.replay(letter, 't1'), letters.replay(letter)]);
    expect(replays.filter(Boolean)).toHaveLength(1);
    expect(await rowOf(database.pool, id)).toMatchObject({ status: 'queued', run: 2, failures: 0 });
    await store.claim({ id, run: 2 });
    await fail({ id, run: 2 }, true);
    expect(await rowOf(database.pool, id)).toMatchObject({ status: 'dead', run: 2 });
  });
});

test('replay, cancel and lease expiry race to one status and at most one effect', async () => {
  for (let round = 0; round < 50; round += 1) {
    const { id, letter } = await die();
    await Promise.all([letters.replay(letter), store.cancel(id, 't1')]);
    const row = await rowOf(database.pool, id);
    const run = { id, run: row.run };
    await store.claim(run);
    await age(database.pool, id, 60);
    const outcomes = await Promise.all([
      store.expire(expired, 10),
      store.finish(run, { summary: 'one' }),
      store.cancel(id, 't1'),
    ]);
    const effects = [outcomes[0].some((job) => job.id === id), outcomes[1], outcomes[2]];
    const ends = (await eventsOf(database.pool, id)).filter((type) => type === 'succeeded');
    expect(ends.length).toBeLessThanOrEqual(1);
    expect(effects.filter(Boolean).length).toBeLessThanOrEqual(2);
  }
});

describe('an idempotency key', () => {
  const keyed = (key: string) => ({
    ...newJob(),
    idempotency: { key, hash: Buffer.alloc(32), ttlHours: 24 },
  });

  test('makes one job of a hundred requests in two processes', async () => {
    const other = new JobStore(database.db, { leaseS: 30, backoffMs: 1000 });
    const requests = Array.from({ length: 100 }, (_, i) =>
      (i % 2 ? store : other).create(keyed('k')),
    );
    expect((await Promise.all(requests)).filter(Boolean)).toHaveLength(1);
  });

  test('does not stop others of its batch', async () => {
    const jobs = await Promise.all([store.create(keyed('k')), store.create(newJob())]);
    expect(jobs.map(Boolean)).toEqual([false, true]);
  });
});

test('one row that Postgres refuses does not fail its batch', async () => {
  const bad = newJob({ priority: 9 });
  const results = await Promise.allSettled(
    [newJob(), bad, newJob()].map((job) => store.create(job)),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
