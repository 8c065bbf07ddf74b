import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { beforeEach, expect, test } from 'vitest';
import { Shedder, type ShedderOptions } from '../../src/backpressure/shedder.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { depths } from '../../src/ops/statements.ts';
import { testDatabase } from '../support/database.ts';
import { createJob } from '../support/jobs.ts';

const database = testDatabase();
const error = { name: 'Error', message: '', stack: '' };
let store: JobStore;

beforeEach(async () => {
  await database.pool.query('TRUNCATE jobs');
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 60_000 });
});

const createJobs = (count: number, given = {}) =>
  Promise.all(Array.from({ length: count }, () => createJob(store, given)));

const shedder = (options: Partial<ShedderOptions> = {}) =>
  new Shedder(
    database.db,
    { jobWaitS: 1, maxQueueDepth: 10, maxLoopDelayMs: 60_000, ...options },
    new Registry(),
  );

test('what waits is what a worker could take; what was tried and put off is told apart', async () => {
  const [active, failed, postponed] = await createJobs(4);
  await createJobs(2, { delayMs: 60_000 });
  for (const run of [active, failed, postponed]) if (run) await store.claim(run);
  if (failed) await store.fail({ ...failed, error, permanent: false });
  if (postponed) await store.postpone({ ...postponed, delayMs: 60_000 });
  expect(await database.db.first(depths)).toMatchObject({
    due: 5,
    published: 0,
    active: 1,
    waiting: 1,
    put_off: 2,
  });
});

test('jobs are refused while too many wait, and taken again when fewer do', async () => {
  const load = shedder();
  const runs = await createJobs(11);
  await load.sample();
  expect(load.full).toMatchObject({ statusCode: 503, message: /Too many jobs/ });
  expect(Number(load.full?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  await Promise.all(runs.slice(0, 2).map((run) => store.claim(run)));
  await load.sample();
  expect(load.full).toBeUndefined();
});

test('jobs that are put off count as well, but not those for later', async () => {
  const load = shedder();
  const runs = await createJobs(11);
  await createJobs(20, { delayMs: 60_000 });
  await Promise.all(runs.map((run) => store.claim(run)));
  await load.sample();
  expect(load.full).toBeUndefined();
  await Promise.all(runs.map((run) => store.postpone({ ...run, delayMs: 60_000 })));
  await load.sample();
  expect(load.full).toMatchObject({ statusCode: 503 });
});

test('a queue within its depth is too long for workers that are slower than planned', async () => {
  const load = shedder({ jobWaitS: 0.5, maxQueueDepth: 1000 });
  await createJobs(990);
  await load.sample();
  expect(load.full).toBeUndefined(); // 200 a second were planned: they would wait 5 s
  await sleep(1500);
  await load.sample();
  expect(load.full).toMatchObject({ statusCode: 503 });
});

test('requests are refused while the event loop is late', async () => {
  const load = shedder({ maxLoopDelayMs: 40 });
  await sleep(100);
  await load.sample();
  expect(load.busy).toBeUndefined();
  for (let turn = 0; turn < 5; turn += 1) {
    const end = performance.now() + 100;
    while (performance.now() < end);
    await sleep(0);
  }
  await load.sample();
  expect(load.busy).toMatchObject({ statusCode: 503 });
});
