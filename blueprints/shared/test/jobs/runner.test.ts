import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PermanentError } from '../../src/jobs/failures.ts';
import type { Run } from '../../src/jobs/model.ts';
import type { JobStore } from '../../src/jobs/store.ts';
import { CallRefused } from '../../src/outgoing/errors.ts';
import { testDatabase } from '../support/database.ts';
import { createJob, eventsOf, rowOf } from '../support/jobs.ts';
import { until } from '../support/wait.ts';
import { testWorker } from '../support/worker.ts';

const database = testDatabase();

const echoJob = (store: JobStore, input: unknown = { text: 'a' }) =>
  createJob(store, { type: 'echo', input: JSON.stringify(input) });
const never = () => new Promise(() => {});

test('a run ends with its result', async () => {
  await using worker = testWorker(database, async (text, { progress }) => {
    await progress(50);
    return text.toUpperCase();
  });
  const run = await echoJob(worker.store);
  await worker.run(run);
  const row = await rowOf(database.pool, run.id);
  expect(row).toMatchObject({ status: 'succeeded', result: { text: 'A' }, event_seq: 4 });
});

test('a slot is free as soon as its handler is done; the end is written meanwhile', async () => {
  await using worker = testWorker(database, async (text) => text);
  const run = await echoJob(worker.store);
  const writer = await database.pool.connect();
  const job = await worker.store.claim(run);
  await writer.query('BEGIN');
  await writer.query('SELECT FROM jobs WHERE id = $1 FOR UPDATE', [run.id]);
  if (job) await worker.runner.work(job);
  expect(worker.runner.busy).toBe(0);
  expect(await rowOf(database.pool, run.id)).toMatchObject({ status: 'active' });

  // Four ends for each slot, here of one, and no more.
  for (let others = 0; others < 3; others += 1) {
    await worker.runner.run(await echoJob(worker.store));
  }
  const next = await echoJob(worker.store);
  const freed = worker.runner.run(next).then(() => 'free');
  expect(await Promise.race([freed, sleep(200, 'taken')])).toBe('taken');
  expect(worker.runner.busy).toBe(1);

  await writer.query('COMMIT');
  writer.release();
  expect(await freed).toBe('free');
  await worker.runner.settled();
  for (const { id } of [run, next]) {
    expect(await rowOf(database.pool, id)).toMatchObject({ status: 'succeeded' });
  }
});

test('an error is retried, a permanent one is not', async () => {
  const errors = [new Error('again'), new PermanentError('never')];
  await using worker = testWorker(database, () => {
    throw errors.shift();
  });
  const run = await echoJob(worker.store);
  await worker.run(run);
  expect(await rowOf(database.pool, run.id)).toMatchObject({ status: 'retrying', failures: 1 });
  await worker.run({ ...run, run: 2 });
  expect(await rowOf(database.pool, run.id)).toMatchObject({
    status: 'dead',
    error: { name: 'PermanentError', message: 'never', stack: expect.stringContaining('at ') },
  });
});

test('what does not fit is named without its value', async () => {
  await using worker = testWorker(database, () => 7);
  const [input, result] = [await echoJob(worker.store, { text: 7 }), await echoJob(worker.store)];
  await worker.run(input);
  await worker.run(result);
  const message = async ({ id }: Run) => (await rowOf(database.pool, id)).error.message;
  const at = 'does not fit its type at "text": Invalid input: expected string, received number';
  expect([await message(input), await message(result)]).toEqual([
    `The input ${at}`,
    `The result ${at}`,
  ]);
});

test.each([
  ['an input that does not fit', { other: 1 }, 'fine', 'dead'],
  ['a result that does not fit', { text: 'a' }, 7, 'dead'],
  ['a result that Postgres cannot hold', { text: 'a' }, 'NUL \0', 'retrying'],
])('%s fails the run and nothing else', async (_what, input, result, status) => {
  await using worker = testWorker(database, () => result);
  const run = await echoJob(worker.store, input);
  await worker.run(run);
  expect(await rowOf(database.pool, run.id)).toMatchObject({ status, failures: 1 });
});

test('an error of any shape can be kept', async () => {
  await using worker = testWorker(database, () => {
    throw new Error(`NUL \0 and half \ud83d ${'x'.repeat(10_000)}`);
  });
  const run = await echoJob(worker.store);
  await worker.run(run);
  const { error } = await rowOf(database.pool, run.id);
  expect(error.message.length).toBeLessThanOrEqual(2000);
});

test('a cancel aborts the call in flight', async () => {
  let reason: unknown;
  await using worker = testWorker(database, (_text, { signal }) => {
    signal.addEventListener('abort', () => {
      reason = signal.reason;
    });
    return never();
  });
  const run = await echoJob(worker.store);
  const running = worker.run(run);
  await until('active', async () => (await rowOf(database.pool, run.id)).status === 'active');
  await worker.store.cancel(run.id, 't1');
  await running;
  expect(reason).toMatchObject({ name: 'AbortReason', kind: 'lost' });
  const row = await rowOf(database.pool, run.id);
  expect(row).toMatchObject({ status: 'cancelled', failures: 0 });
});

test('a shutdown hands back what is unfinished, also from a handler that does not listen', async () => {
  await using worker = testWorker(database, never);
  const run = await echoJob(worker.store);
  const running = worker.run(run);
  await until('active', async () => (await rowOf(database.pool, run.id)).status === 'active');
  worker.leases.abortAll('shutdown');
  await running;
  expect(await rowOf(database.pool, run.id)).toMatchObject({
    status: 'queued',
    run: 2,
    failures: 0,
  });
});

test('a handler is cut at its deadline, also one that does not listen', async () => {
  let signal: AbortSignal | undefined;
  const hang = (_text: string, context: { signal: AbortSignal }) => {
    signal = context.signal;
    return never();
  };
  await using worker = testWorker(database, hang, 50);
  const run = await echoJob(worker.store);
  await worker.run(run);
  expect(signal?.aborted).toBe(true);
  expect(await rowOf(database.pool, run.id)).toMatchObject({
    status: 'retrying',
    failures: 1,
    error: { name: 'DeadlineExceeded', message: 'The handler of echo did not end within 50 ms' },
  });
});

test('a job whose call was refused comes back later and has failed nothing', async () => {
  const attempts: number[] = [];
  await using worker = testWorker(database, (_text, { attempt }) => {
    attempts.push(attempt);
    if (attempts.length === 1) throw new Error('wrong');
    throw new CallRefused('ai', 'open', 60_000);
  });
  const run = await echoJob(worker.store);
  const fresh = await echoJob(worker.store);
  await worker.run(run);
  await worker.run({ ...run, run: 2 });
  await worker.run(fresh);
  expect(attempts).toEqual([1, 2, 1]);
  expect(await eventsOf(database.pool, fresh.id)).toEqual(['queued', 'active', 'queued']);
  const rows = [await rowOf(database.pool, run.id), await rowOf(database.pool, fresh.id)];
  expect(rows).toMatchObject([
    { status: 'retrying', run: 3, failures: 1, lease_until: null },
    { status: 'queued', run: 2, failures: 0, lease_until: null },
  ]);
  for (const { due_at } of rows) {
    const waitMs = due_at.getTime() - Date.now();
    expect(waitMs).toBeGreaterThan(30_000);
    expect(waitMs).toBeLessThan(121_000);
  }
});

test('a run whose job was taken over writes nothing', async () => {
  let calls = 0;
  await using worker = testWorker(database, async () => {
    calls += 1;
    if (calls === 1) await new Promise((resolve) => setTimeout(resolve, 300));
    return `call ${calls}`;
  });
  const run = await echoJob(worker.store);
  const late = worker.run(run);
  await until('active', async () => (await rowOf(database.pool, run.id)).status === 'active');
  await database.pool.query("UPDATE jobs SET lease_until = now() - interval '1 s' WHERE id = $1", [
    run.id,
  ]);
  await worker.store.expire({ name: 'LeaseExpired', message: '', stack: '' }, 10);
  await worker.run({ ...run, run: 2 });
  await late;
  const row = await rowOf(database.pool, run.id);
  expect(row).toMatchObject({ status: 'succeeded', result: { text: 'call 2' }, failures: 1 });
});

test('a result outlasts a database that goes away for a moment', async () => {
  await using worker = testWorker(database, async () => {
    await database.pool
      .query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()',
      )
      .catch(() => {});
    return 'kept';
  });
  const run = await echoJob(worker.store);
  await worker.run(run);
  const done = await until('the result', async () => {
    const row = await rowOf(database.pool, run.id).catch(() => null);
    return row?.status === 'succeeded' && row;
  });
  expect(done).toMatchObject({ result: { text: 'kept' }, failures: 0, run: 1 });
});

test('a type of a later release is put off, for a worker that knows it', async () => {
  await using worker = testWorker(database, (text) => text);
  const run = await createJob(worker.store, { type: 'later' });
  await worker.run(run);
  const row = await rowOf(database.pool, run.id);
  expect(row).toMatchObject({ status: 'queued', run: 2, failures: 0 });
  expect(row.due_at.getTime()).toBeGreaterThan(Date.now());
});

test('a run that was claimed while the worker was told to stop is handed back', async () => {
  await using worker = testWorker(database, never);
  const run = await echoJob(worker.store);
  worker.leases.abortAll('shutdown');
  await worker.run(run);
  expect(await rowOf(database.pool, run.id)).toMatchObject({ status: 'queued', failures: 0 });
});

test('a progress that cannot be written fails nothing', async () => {
  await using worker = testWorker(database, async (text, { progress }) => {
    await progress(Number.NaN);
    return text;
  });
  const run = await echoJob(worker.store);
  await worker.run(run);
  expect(await rowOf(database.pool, run.id)).toMatchObject({ status: 'succeeded' });
});
