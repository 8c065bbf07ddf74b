import { Webhook } from 'standardwebhooks';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DeadLetters } from '../../src/jobs/dead-letters.ts';
import { viewOf } from '../../src/jobs/http/view.ts';
import { JobReader } from '../../src/jobs/reader.ts';
import { WebhookSecrets } from '../../src/webhooks/secrets.ts';
import { testDatabase } from '../support/database.ts';
import { rowOf } from '../support/jobs.ts';
import type { Receiver } from '../support/receiver.ts';
import { until } from '../support/wait.ts';
import {
  ageDelivery,
  deliveryOf,
  endJob,
  receivers,
  testDeliverer,
  testDeliveries,
} from '../support/webhooks.ts';

const database = testDatabase();
const receiver = receivers();
let secret: string;
let letters: DeadLetters;

beforeAll(async () => {
  secret = (await new WebhookSecrets(database.db).create('t1')) ?? '';
  letters = new DeadLetters(database.db);
});
beforeEach(() => database.pool.query('TRUNCATE webhook_deliveries, webhook_gone, dead_letters'));

const header = ({ requests }: Receiver, name: string) =>
  requests.map(({ headers }) => String(headers[name]));

const verify = ({ requests }: Receiver, by: string) =>
  requests.map(
    ({ headers, body }) =>
      new Webhook(by).verify(body, headers as Record<string, string>) as Record<string, unknown>,
  );

const delivered = (jobId: string) =>
  until('the delivery', async () => (await deliveryOf(database, jobId)).delivered_at);

const letterOf = (jobId: string) =>
  until('the dead letter', async () => {
    const open = await letters.list({ tenant: 't1', limit: 100 });
    return open.find((letter) => letter.job_id === jobId);
  });

describe('a job that ends', () => {
  test.each(['succeeded', 'dead', 'cancelled'])(
    'is told as HTTP shows it, signed, when it is %s',
    async (how) => {
      await using _ = testDeliverer(database);
      const target = await receiver();
      const id = await endJob(database, target.url, { how });
      await delivered(id);
      const job = await new JobReader(database.db).find(id, 't1');
      const data = job && viewOf(job);
      const { traceparent } = await rowOf(database.pool, id);
      expect(verify(target, secret)).toEqual([
        { type: `job.${how}`, timestamp: data?.finished_at, data },
      ]);
      expect(header(target, 'traceparent')).toEqual([traceparent]);
      expect(header(target, 'content-type')).toEqual(['application/json']);
    },
  );

  test('is told once by many workers', async () => {
    const targets = await Promise.all(Array.from({ length: 5 }, () => receiver()));
    const urls = targets.flatMap(({ url }) => Array.from({ length: 8 }, () => url));
    const ids = await Promise.all(urls.map((url) => endJob(database, url)));
    await using _first = testDeliverer(database);
    await using _second = testDeliverer(database);
    await Promise.all(ids.map(delivered));
    expect(targets.map(({ requests }) => requests.length)).toEqual([8, 8, 8, 8, 8]);
  });
});

describe('a receiver that is down', () => {
  test('is told later, by the same id, with a new timestamp and signature', async () => {
    await using _ = testDeliverer(database, { schedule: [10, 1100, 10] });
    const target = await receiver(503);
    const id = await endJob(database, target.url);
    await until('two failures', () => target.requests.length === 2);
    target.answer = 204;
    await delivered(id);
    const { id: deliveryId, attempts } = await deliveryOf(database, id);
    expect(attempts).toBe(3);
    expect(header(target, 'webhook-id')).toEqual([deliveryId, deliveryId, deliveryId]);
    const [first, , last] = header(target, 'webhook-timestamp').map(Number);
    expect((last ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1);
    expect(new Set(header(target, 'webhook-signature')).size).toBeGreaterThan(1);
    expect(verify(target, secret)).toHaveLength(3);
    expect(new Set(target.requests.map(({ body }) => body)).size).toBe(1);
  });

  test('is given up after its schedule, and told by the same id when that is replayed', async () => {
    await using _ = testDeliverer(database, { schedule: [10, 10] });
    const target = await receiver(500);
    const id = await endJob(database, target.url);
    const letter = await letterOf(id);
    expect(letter).toMatchObject({
      type: 'summarize',
      attempts: 3,
      error: { name: 'WebhookUndelivered', message: `${target.host} answered 500` },
      trace_id: (await rowOf(database.pool, id)).traceparent.slice(3, 35),
    });
    // Once more in vain: the letter is open again.
    expect(await letters.replay(letter.id, 't2')).toBeUndefined();
    const job = await rowOf(database.pool, id);
    expect(await letters.replay(letter.id, 't1')).toMatchObject({ id, status: 'succeeded' });
    expect(await letters.replay(letter.id, 't1')).toBeUndefined();
    await until('six requests', () => target.requests.length === 6);
    expect(await letterOf(id)).toMatchObject({ id: letter.id, attempts: 3 });

    target.answer = 200;
    await letters.replay(letter.id, 't1');
    await delivered(id);
    expect(new Set(header(target, 'webhook-id')).size).toBe(1);
    expect(await rowOf(database.pool, id)).toEqual(job);
    expect(await letters.list({ tenant: 't1', limit: 1 })).toEqual([]);
  });

  test('has a letter beside its job’s own, and each is replayed for itself', async () => {
    await using _ = testDeliverer(database);
    const target = await receiver(500);
    const id = await endJob(database, target.url, { how: 'dead' });
    await letterOf(id);
    const both = await until('both letters', async () => {
      const open = await letters.list({ tenant: 't1', limit: 10 });
      return open.length === 2 && open;
    });
    const webhook = both.find(({ error }) => error.name === 'WebhookUndelivered');
    const own = both.find(({ error }) => error.name === 'Error');
    expect(await letters.replay(webhook?.id ?? '')).toMatchObject({ id, status: 'dead' });
    expect(await letters.replay(own?.id ?? '')).toMatchObject({ id, status: 'queued' });
  });

  test('or does not answer in time, or is not there, fails the attempt', async () => {
    await using _ = testDeliverer(database, { schedule: [10], timeoutMs: 100 });
    const silentOne = await receiver('never');
    const slow = await letterOf(await endJob(database, silentOne.url));
    expect(slow.error.message).toContain('did not answer within 100 ms');
    const nobody = await letterOf(await endJob(database, 'http://127.0.0.1:1/'));
    expect(nobody.error.message).toContain('ECONNREFUSED');
  });

  test('may ask for time', async () => {
    await using _ = testDeliverer(database);
    const target = await receiver({ status: 429, headers: { 'retry-after': '3600' } });
    const id = await endJob(database, target.url);
    await until('the request', () => target.requests.length === 1);
    const due = await until('the retry', async () => {
      const { due_at } = await deliveryOf(database, id);
      return due_at > Date.now() + 3_000_000 && due_at;
    });
    expect(due - Date.now()).toBeLessThan(3_700_000);
  });
});

test('a redirect is a failure and is not followed', async () => {
  await using _ = testDeliverer(database);
  const inside = await receiver();
  const target = await receiver({ status: 307, headers: { location: inside.url } });
  const letter = await letterOf(await endJob(database, target.url));
  expect(letter).toMatchObject({ attempts: 2, error: { message: `${target.host} answered 307` } });
  expect(inside.connections).toBe(0);
});

describe('a receiver that is gone', () => {
  test('is not called again for that tenant, until a letter is replayed', async () => {
    const other = (await new WebhookSecrets(database.db).create('t2')) ?? '';
    await using _ = testDeliverer(database);
    const target = await receiver(410);
    const first = await letterOf(await endJob(database, target.url));
    expect(first).toMatchObject({ attempts: 1, error: { message: `${target.host} answered 410` } });
    const id = await endJob(database, target.url);
    const second = await letterOf(id);
    expect(second.error.message).toContain('answered 410 (Gone) to an earlier webhook');
    expect(target.requests).toHaveLength(1);

    target.answer = 200;
    await delivered(await endJob(database, target.url, { tenant: 't2' }));
    expect(verify({ ...target, requests: target.requests.slice(1) }, other)).toHaveLength(1);

    await letters.replay(second.id);
    await delivered(id);
    await delivered(await endJob(database, target.url));
    expect(target.requests).toHaveLength(4);
  });
});

test('two secrets are valid at once, and each verifies', async () => {
  await using _ = testDeliverer(database);
  const secrets = new WebhookSecrets(database.db);
  const old = (await secrets.create('t3')) ?? '';
  const target = await receiver();
  const tell = async () => delivered(await endJob(database, target.url, { tenant: 't3' }));
  const fresh = (await secrets.rotate('t3', 24)) ?? '';
  await tell();
  expect(header(target, 'webhook-signature')[0]?.split(' ')).toHaveLength(2);
  expect([verify(target, old).length, verify(target, fresh).length]).toEqual([1, 1]);
  expect(() => verify(target, secret)).toThrow('No matching signature');

  const newest = (await secrets.rotate('t3', 0)) ?? '';
  target.requests.length = 0;
  await tell();
  expect(verify(target, newest)).toHaveLength(1);
  expect(() => verify(target, fresh)).toThrow('No matching signature');
});

test('a slow receiver, or a backlog of one, holds up no other', async () => {
  const slow = await receiver('never');
  for (let i = 0; i < 50; i += 1) await endJob(database, slow.url);
  const quick = await receiver();
  const ids = await Promise.all(Array.from({ length: 10 }, () => endJob(database, quick.url)));
  await using _ = testDeliverer(database, { concurrency: 4, timeoutMs: 60_000 });
  await Promise.all(ids.map(delivered));
  expect([quick.requests.length, slow.requests.length]).toEqual([10, 1]);
});

describe('a worker', () => {
  test('that dies holds a delivery no longer than its lease, and settles nothing after', async () => {
    const target = await receiver();
    const id = await endJob(database, target.url);
    const [lost] = await testDeliveries(database).claim({ limit: 9, perHost: 9, busy: new Map() });
    expect(lost).toMatchObject({ job_id: id, attempts: 1 });
    await using _ = testDeliverer(database);
    await ageDelivery(database, id, 59);
    await expect(until('a call too early', () => target.connections, 300)).rejects.toThrow();
    await ageDelivery(database, id, 2);
    await delivered(id);
    expect(await deliveryOf(database, id)).toMatchObject({ attempts: 2, due_at: null });
    if (lost) expect(await testDeliveries(database).retry(lost, 0)).toBe(false);
  });

  test('that stops hands back what it was telling', async () => {
    const target = await receiver('never');
    const id = await endJob(database, target.url);
    const worker = testDeliverer(database);
    await until('the request', () => target.requests.length === 1);
    await worker.stop();
    const { attempts, due_at } = await deliveryOf(database, id);
    expect(attempts).toBe(0);
    expect(due_at.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await worker.registry.metrics()).toMatch(/_count\{outcome="handed_back"\} 1/);
  });
});

test('what waits too long is measured', async () => {
  await using worker = testDeliverer(database, { concurrency: 1 });
  const slow = await receiver('never');
  const id = await endJob(database, slow.url);
  await until('the request', () => slow.requests.length === 1);
  await endJob(database, slow.url);
  const waiting = await endJob(database, slow.url);
  await ageDelivery(database, waiting, 90);
  expect(await worker.registry.metrics()).toMatch(/^webhooks_oldest_due_seconds (9\d|1\d\d)/m);
  expect((await deliveryOf(database, id)).attempts).toBe(1);
});
