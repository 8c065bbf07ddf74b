import { beforeEach, describe, expect, test } from 'vitest';
import { PostgresTransport } from '../../../src/jobs/postgres/transport.ts';
import { startLoop } from '../../../src/loop.ts';
import { testDatabase } from '../../support/database.ts';
import { age, createJob, rowOf } from '../../support/jobs.ts';
import { silent } from '../../support/log.ts';
import { until } from '../../support/wait.ts';
import { testWorker } from '../../support/worker.ts';

const database = testDatabase();
const transport = () => new PostgresTransport(database.db, { leaseS: 30 }, silent);
const job = (text: string) => ({ type: 'echo', input: JSON.stringify({ text }) });

beforeEach(async () => {
  await database.pool.query('TRUNCATE jobs, job_events');
});

const succeeded = async () => {
  const { rows } = await database.pool.query(
    "SELECT count(*)::int FROM jobs WHERE status = 'succeeded'",
  );
  return rows[0].count;
};

test('every job is done once, by any number of workers', async () => {
  const worked: string[] = [];
  await using worker = testWorker(database, (text) => {
    worked.push(text);
    return text;
  });
  const texts = Array.from({ length: 500 }, (_, i) => String(i));
  await Promise.all(texts.map((text) => createJob(worker.store, job(text))));
  const consumers = [1, 2, 3].map(() => transport().consume(worker.runner, 40));
  await until('all done', async () => (await succeeded()) === 500);
  await Promise.all(consumers.map((consumer) => consumer.close()));
  expect(worked.sort()).toEqual(texts.sort());
});

test('as many jobs as it may have are worked on at once, the urgent ones first', async () => {
  const running: string[] = [];
  const gate = Promise.withResolvers<string>();
  await using worker = testWorker(database, (text) => {
    running.push(text);
    return gate.promise;
  });
  for (let i = 0; i < 4; i += 1) await createJob(worker.store, { ...job('later'), priority: 3 });
  await createJob(worker.store, { ...job('first'), priority: 1 });
  const consumer = transport().consume(worker.runner, 3);
  await until('three', () => running.length === 3);
  expect(running).toContain('first');
  gate.resolve('done');
  await until('all done', async () => (await succeeded()) === 5);
  await consumer.close();
  expect(running).toHaveLength(5);
});

test('what is not due waits', async () => {
  await using worker = testWorker(database, (text) => text);
  const consumer = transport().consume(worker.runner, 10);
  const { id } = await createJob(worker.store, { ...job('a'), delayMs: 3_600_000 });
  const now = await createJob(worker.store, job('b'));
  await until('the other', async () => (await rowOf(database.pool, now.id)).status === 'succeeded');
  expect(await rowOf(database.pool, id)).toMatchObject({ status: 'queued', run: 1 });
  await age(database.pool, id, 3600);
  await until('it', async () => (await rowOf(database.pool, id)).status === 'succeeded');
  await consumer.close();
});

test('a job that cannot be begun takes no slot from the others, and its lease runs out', async () => {
  await using worker = testWorker(database, (text) => text);
  const broken = await createJob(worker.store, job('a'));
  const { runner } = worker;
  const work = runner.work.bind(runner);
  runner.work = async (claimed) => {
    if (claimed.id === broken.id) throw new Error('not begun');
    await work(claimed);
  };
  const consumer = transport().consume(runner, 1);
  await createJob(worker.store, job('b'));
  await until('the other', async () => (await succeeded()) === 1);
  expect(await rowOf(database.pool, broken.id)).toMatchObject({ status: 'active', run: 1 });
  await consumer.close();
});

describe('closing', () => {
  test('waits for what is worked on, and takes nothing more', async () => {
    const gate = Promise.withResolvers<string>();
    await using worker = testWorker(database, () => gate.promise);
    const held = await createJob(worker.store, job('held'));
    const consumer = transport().consume(worker.runner, 1);
    await until('held', async () => (await rowOf(database.pool, held.id)).status === 'active');
    const left = await createJob(worker.store, job('left'));
    const closed = consumer.close();
    gate.resolve('done');
    await closed;
    expect(await rowOf(database.pool, held.id)).toMatchObject({ status: 'succeeded' });
    expect(await rowOf(database.pool, left.id)).toMatchObject({ status: 'queued' });
  });
});

test('jobs are claimed again after the database was lost', async () => {
  await using worker = testWorker(database, (text) => text);
  const consumer = transport().consume(worker.runner, 10);
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await until('a job', () => createJob(worker.store, job('after')).catch(() => null));
  await until('done', async () => (await succeeded()) > 0);
  await consumer.close();
});

test('what was published to a broker is taken back', async () => {
  await using worker = testWorker(database, (text) => text);
  const { id } = await createJob(worker.store, job('published'));
  await database.pool.query('UPDATE jobs SET due_at = NULL, published_at = now()');
  const stops = transport().chores.map((chore) => startLoop(chore, silent));
  await until('due', async () => (await rowOf(database.pool, id)).due_at);
  await Promise.all(stops.map((stop) => stop()));
  expect(await rowOf(database.pool, id)).toMatchObject({ run: 1, published_at: null });
});
