import { v7 as uuidv7 } from 'uuid';
import { beforeAll, expect, test } from 'vitest';
import { purge } from '../../src/jobs/retention.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { testDatabase } from '../support/database.ts';
import { newJob, rowOf } from '../support/jobs.ts';

const database = testDatabase();
const monthAgo = Date.now() - 31 * 86_400_000;
const tables = ['job_events', 'dead_letters', 'webhook_deliveries'];
let store: JobStore;

beforeAll(() => {
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
});

async function dead(createdAt: number, finishedAt: number) {
  const id = uuidv7({ msecs: createdAt });
  await store.create(newJob({ id, webhookUrl: 'https://receiver.example/' }));
  await store.claim({ id, run: 1 });
  const error = { name: 'Error', message: 'wrong', stack: '' };
  await store.fail({ id, run: 1, error, permanent: true });
  const values = [id, new Date(finishedAt)];
  await database.pool.query('UPDATE jobs SET finished_at = $2 WHERE id = $1', values);
  return id;
}

const count = async (table: string, id: string) => {
  const { rows } = await database.pool.query(
    `SELECT count(*)::int FROM ${table} WHERE job_id = $1`,
    [id],
  );
  return rows[0].count;
};

test('finished jobs go with all that is theirs, once they are old', async () => {
  const old = await dead(monthAgo, monthAgo);
  expect(await Promise.all(tables.map((table) => count(table, old)))).toEqual([2, 1, 1]);
  const late = await dead(monthAgo, Date.now());
  const waiting = uuidv7({ msecs: monthAgo });
  await store.create(newJob({ id: waiting }));
  expect(await purge(database.db, 30)).toBe(false);
  expect(await rowOf(database.pool, old)).toBeUndefined();
  expect(await Promise.all(tables.map((table) => count(table, old)))).toEqual([0, 0, 0]);
  expect(await rowOf(database.pool, late)).toBeDefined();
  expect(await rowOf(database.pool, waiting)).toBeDefined();
});

test('idempotency keys go by their own time', async () => {
  for (const [key, ttlHours] of [
    ['old', -1],
    ['new', 1],
  ] as const) {
    await store.create(newJob({ idempotency: { key, hash: Buffer.alloc(32), ttlHours } }));
  }
  await purge(database.db, 30);
  const { rows } = await database.pool.query('SELECT key FROM idempotency_keys');
  expect(rows).toEqual([{ key: 'new' }]);
});

test('a URL that was gone may be named again', async () => {
  await database.pool.query(
    `INSERT INTO webhook_gone (tenant, url, at)
     VALUES ('t1', 'old', now() - interval '31 days'), ('t1', 'new', now())`,
  );
  await purge(database.db, 30);
  const { rows } = await database.pool.query('SELECT url FROM webhook_gone');
  expect(rows).toEqual([{ url: 'new' }]);
});
