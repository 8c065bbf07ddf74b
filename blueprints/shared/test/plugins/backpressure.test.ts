import type { InjectOptions } from 'fastify';
import { Registry } from 'prom-client';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { KeyStore } from '../../src/auth/keys.ts';
import { LocalTokens, type RatePolicy } from '../../src/backpressure/tokens.ts';
import type { App } from '../../src/http/app.ts';
import { config } from '../app.ts';
import { testDatabase } from '../support/database.ts';
import { silent } from '../support/log.ts';
import { until } from '../support/wait.ts';

const database = testDatabase();
const payload = { type: 'summarize', input: { text: 'a text' } };
let app: App;
let registry: Registry;
let keys: KeyStore;

beforeAll(() => {
  keys = new KeyStore(database.db);
});
afterEach(() => app.close());

async function start(policy: RatePolicy, limits: Partial<typeof config> = {}) {
  registry = new Registry();
  app = await createApp({
    config: { ...config, ...limits, DATABASE_URL: database.url },
    log: silent,
    db: database.db,
    registry,
    tokens: new LocalTokens(policy),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
}

const callerOf = async (tenant: string) => ({
  authorization: `Bearer ${await keys.create(tenant, ['admin'])}`,
});

/** Requests that were refused, by why. */
async function refusals() {
  const { values } = (await registry.getSingleMetric('http_requests_refused_total')?.get()) ?? {
    values: [],
  };
  return Object.fromEntries(values.map(({ labels, value }) => [labels.reason, value]));
}

const inject = (options: InjectOptions) => app.inject(options);
const get = (headers: Record<string, string>) => inject({ url: '/v1/jobs', headers });
const post = (headers: Record<string, string>) =>
  inject({ method: 'POST', url: '/v1/jobs', headers, payload });

describe('a tenant that asks too often', () => {
  test('is refused, and knows how long; others are not', async () => {
    await start({ rps: 1, burst: 3 });
    const caller = await callerOf('greedy');
    const first = await get(caller);
    expect(first.statusCode).toBe(200);
    expect(first.headers['ratelimit-policy']).toBe('"tenant";q=3;w=3');
    expect(first.headers.ratelimit).toBe('"tenant";r=2;t=1');
    const refused = await until('a refusal', async () => {
      const response = await get(caller);
      return response.statusCode === 429 && response;
    });
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(refused.headers.ratelimit).toMatch(/^"tenant";r=0;t=\d$/);
    expect(refused.json()).toMatchObject({ status: 429, title: 'Too Many Requests' });
    expect((await get(await callerOf('modest'))).statusCode).toBe(200);
    expect((await inject({ url: '/v1/job-types' })).statusCode).toBe(200);
    await until('another token', async () => (await get(caller)).statusCode === 200);
  });

  test('still gets the answer of a key that it used', async () => {
    await start({ rps: 1, burst: 3 });
    const caller = await callerOf('returning');
    const known = { ...caller, 'idempotency-key': 'known' };
    const first = await post(known);
    expect(first.statusCode).toBe(202);
    await until('a refusal', async () => (await get(caller)).statusCode === 429);
    const again = await post(known);
    expect([again.statusCode, again.body]).toEqual([202, first.body]);
    const other = { ...payload, priority: 'low' };
    const reused = await inject({
      method: 'POST',
      url: '/v1/jobs',
      headers: known,
      payload: other,
    });
    expect(reused.statusCode).toBe(422);
    await until('a refusal', async () => (await get(caller)).statusCode === 429);
    const before = await refusals();
    expect((await post({ ...caller, 'idempotency-key': 'new' })).statusCode).toBe(429);
    expect(await refusals()).toEqual({ ...before, rate: (before.rate ?? 0) + 1 });
  });
});

test('a queue that is too long takes no further job, and does all else', async () => {
  await start({ rps: 1000, burst: 1000 }, { MAX_QUEUE_DEPTH: 3 });
  const caller = await callerOf('busy');
  const known = { ...caller, 'idempotency-key': 'before' };
  const first = await post(known);
  const refused = await until('a refusal', async () => {
    const response = await post(caller);
    return response.statusCode === 503 && response;
  });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect((await post(known)).body).toBe(first.body);
  const before = await refusals();
  expect((await post({ ...caller, 'idempotency-key': 'after' })).statusCode).toBe(503);
  expect(await refusals()).toEqual({ ...before, queue: (before.queue ?? 0) + 1 });
  expect((await get(caller)).statusCode).toBe(200);
  await database.pool.query("UPDATE jobs SET status = 'cancelled', due_at = NULL");
  await until('the queue to be open', async () => (await post(caller)).statusCode === 202);
});

test('a process whose event loop is late refuses all but known keys', async () => {
  await start({ rps: 1000, burst: 1000 });
  const caller = await callerOf('late');
  const known = { ...caller, 'idempotency-key': 'known' };
  const first = await post(known);
  await app.close();
  await start({ rps: 1000, burst: 1000 }, { MAX_EVENT_LOOP_DELAY_MS: -1000 });
  await until('a refusal', async () => (await get(caller)).statusCode === 503);
  const before = await refusals();
  expect((await post(known)).body).toBe(first.body);
  expect((await post(caller)).statusCode).toBe(503);
  expect(await refusals()).toEqual({ ...before, event_loop: (before.event_loop ?? 0) + 1 });
});
