import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { bellOf, Doorbell } from '../../src/events/doorbell.ts';
import { DeadLetters } from '../../src/jobs/dead-letters.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { testDatabase } from '../support/database.ts';
import { age, createJob, newJob } from '../support/jobs.ts';
import { silent } from '../support/log.ts';
import { until } from '../support/wait.ts';

const database = testDatabase();
const error = { name: 'Error', message: 'wrong', stack: '' };
let client: pg.Client;
let payloads: string[];

beforeAll(async () => {
  client = new pg.Client({ connectionString: database.url });
  client.on('error', () => {});
  client.on('notification', ({ payload = '' }) => payloads.push(payload));
  await client.connect();
  await client.query('LISTEN job_events');
});
afterAll(() => client.end());
beforeEach(() => {
  payloads = [];
});

const heard = (id: string) =>
  until(`the bell of ${id}`, () => payloads.join('').includes(bellOf(id)));

test('every transition of a job that is known rings once it has committed', async () => {
  const { ring } = new Doorbell(database.db, silent);
  const store = new JobStore(database.db, { leaseS: 30, backoffMs: 0, onEvents: ring });
  const letters = new DeadLetters(database.db, { onEvents: ring });
  const seen = async (id: string) => {
    await heard(id);
    payloads = [];
  };
  const { id } = await createJob(store);
  await store.claim({ id, run: 1 });
  await seen(id);
  await store.progress({ id, run: 1 }, 50);
  await seen(id);
  await store.handBack({ id, run: 1 });
  await seen(id);
  await store.claim({ id, run: 2 });
  await seen(id);
  await store.fail({ id, run: 2, error, permanent: false });
  await seen(id);
  await store.claim({ id, run: 3 });
  await seen(id);
  await age(database.pool, id, 60);
  await store.expire(error, 10);
  await seen(id);
  await store.claim({ id, run: 4 });
  await seen(id);
  await store.fail({ id, run: 4, error, permanent: true });
  await seen(id);
  const [letter] = await letters.list({ tenant: 't1', limit: 1 });
  await letters.replay(letter?.id ?? '');
  await seen(id);
  await store.cancel(id, 't1');
  await seen(id);
});

test('what is written at once rings together, as much as one notification holds', async () => {
  const { ring } = new Doorbell(database.db, silent);
  const jobs = Array.from({ length: 2500 }, () => newJob());
  for (const job of jobs) ring([job]);
  await until('all bells', () => payloads.join('').length === 2500 * 8);
  expect(new Set(payloads.join('').match(/.{8}/g))).toEqual(
    new Set(jobs.map(({ id }) => bellOf(id))),
  );
  expect(payloads.length).toBeLessThanOrEqual(4);
});

test('it is never waited for, nor heard to fail', async () => {
  const options = { url: 'postgres://127.0.0.1:1/none', size: 1, acquireMs: 50, statementMs: 50 };
  const unreachable = new Database({ ...options, name: 'none' }, silent);
  const { ring } = new Doorbell(unreachable, silent);
  expect(ring([newJob()])).toBeUndefined();
  await unreachable.close();
});
