import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LostRuns } from '../../../src/jobs/broker/lost.ts';
import { relay } from '../../../src/jobs/broker/relay.ts';
import { JobStore } from '../../../src/jobs/store.ts';
import { testDatabase } from '../../support/database.ts';
import { age, createJob, newJob, rowOf } from '../../support/jobs.ts';
import { silent } from '../../support/log.ts';
import { testQueue } from '../../support/queue.ts';

const database = testDatabase();
const queue = testQueue();
let store: JobStore;

beforeAll(() => {
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE jobs, queue_epochs');
  await queue.lose();
});

const publish = async () => {
  while (await relay(database.db, queue.broker, silent));
};
const lostRuns = () => new LostRuns(database.db, queue.broker, silent);
const due = async () => {
  const { rows } = await database.pool.query(
    'SELECT count(*)::int FROM jobs WHERE due_at IS NOT NULL',
  );
  return rows[0].count;
};

test('every due run is published once, by any number of relays', async () => {
  const jobs = Array.from({ length: 1200 }, () => store.create(newJob()));
  await Promise.all(jobs);
  await Promise.all([publish(), publish(), publish()]);
  expect(await queue.messages()).toHaveLength(1200);
  expect(await due()).toBe(0);
});

test('what is not due waits', async () => {
  const { id } = await createJob(store, { delayMs: 60_000 });
  await publish();
  expect(await queue.messages()).toEqual([]);
  await age(database.pool, id, 61);
  await publish();
  expect(await queue.messages()).toEqual([`${id}-1`]);
});

test('a high priority overtakes a backlog that is more than a batch', async () => {
  await Promise.all(Array.from({ length: 600 }, () => store.create(newJob({ priority: 3 }))));
  const { id } = await createJob(store, { priority: 1 });
  expect(await relay(database.db, queue.broker, silent)).toBe(true);
  expect(await queue.messages()).toContain(`${id}-1`);
});

describe('lost messages', () => {
  const recover = async (turns = 3) => {
    const lost = lostRuns();
    for (let i = 0; i < turns; i += 1) await lost.recover();
  };

  test('are published again when the queue has gone', async () => {
    await recover();
    await Promise.all(Array.from({ length: 300 }, () => store.create(newJob())));
    await publish();
    await queue.lose();
    await recover();
    expect(await due()).toBe(300);
    await publish();
    expect(await queue.messages()).toHaveLength(300);
    await recover();
    expect(await due()).toBe(0);
  });

  test('are published again when single ones have gone', async () => {
    await recover();
    const runs = await Promise.all(Array.from({ length: 20 }, () => createJob(store)));
    await publish();
    const [gone] = runs;
    for (const { id } of runs) await age(database.pool, id, 10);
    await queue.redis.del(`bull:${queue.broker.queue}:${gone?.id}-1`);
    await recover();
    expect(await due()).toBe(1);
    expect((await rowOf(database.pool, gone?.id ?? '')).published_at).toBeNull();
  });

  test('are not thought of while a message is on its way, or waits in a backlog', async () => {
    await recover();
    const runs = await Promise.all(Array.from({ length: 50 }, () => createJob(store)));
    await publish();
    for (const { id } of runs.slice(10)) await age(database.pool, id, 3600);
    await recover();
    expect(await due()).toBe(0);
  });
});

test('a message that comes again is not claimed again', async () => {
  const run = await createJob(store);
  await publish();
  await store.claim(run);
  await queue.broker.publish([{ ...run, priority: 2, traceparent: '' }]);
  expect(await store.claim(run)).toBeNull();
});
