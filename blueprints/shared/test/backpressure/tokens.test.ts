import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresTokens } from '../../src/backpressure/postgres-tokens.ts';
import { RedisTokens } from '../../src/backpressure/redis-tokens.ts';
import { LocalTokens, type RatePolicy, type TokenSource } from '../../src/backpressure/tokens.ts';
import { testDatabase } from '../support/database.ts';
import { silent } from '../support/log.ts';
import { until } from '../support/wait.ts';

const database = testDatabase();
const policy: RatePolicy = { rps: 20, burst: 10 };
const service = `test-${randomUUID()}`;
const redis = () => new RedisTokens(process.env.REDIS_URL ?? '', service, policy, silent);

const sources: [string, () => TokenSource][] = [
  ['in this process', () => new LocalTokens(policy)],
  ['in Redis', redis],
  ['in Postgres', () => new PostgresTokens(database.pool, policy)],
];

describe.each(sources)('buckets %s', (_where, create) => {
  let tokens: TokenSource;
  beforeAll(async () => {
    tokens = create();
    await until('the source', () => tokens.lease('first', 1).catch(() => null));
  });
  afterAll(() => tokens.close());

  test('give what there is, and no more', async () => {
    expect(await tokens.lease('a', 4)).toEqual({ granted: 4, left: 6 });
    expect((await tokens.lease('a', 100)).granted).toBeGreaterThanOrEqual(6);
    const empty = await tokens.lease('a', 100);
    expect(empty.granted).toBeLessThan(10);
    expect(empty.left).toBeLessThan(1);
  });

  test('fill up with time, to the burst', async () => {
    await tokens.lease('b', 10);
    await sleep(200);
    const some = await tokens.lease('b', 3);
    expect(some.granted).toBe(3);
    await sleep(1000);
    expect(await tokens.lease('b', 100)).toMatchObject({ granted: 10, left: 0 });
  });

  test('are each tenant’s own', async () => {
    await tokens.lease('c', 10);
    expect((await tokens.lease('d', 10)).granted).toBe(10);
  });

  test('lose nothing and give nothing twice to many at once', async () => {
    const started = performance.now();
    const leases = await Promise.all(Array.from({ length: 50 }, () => tokens.lease('e', 1)));
    const granted = leases.reduce((sum, lease) => sum + lease.granted, 0);
    const refilled = ((performance.now() - started) / 1000) * policy.rps;
    expect(granted).toBeGreaterThanOrEqual(10);
    expect(granted).toBeLessThanOrEqual(10 + Math.ceil(refilled));
  });
});

test('buckets in Redis are gone when they had the time to fill up', async () => {
  const { Redis } = await import('ioredis');
  const client = new Redis(process.env.REDIS_URL ?? '');
  const tokens = redis();
  await until('Redis', () => tokens.lease('f', 1).catch(() => null));
  expect(await client.pttl(`${service}:rate:f`)).toBeLessThanOrEqual(1500);
  await until('its end', async () => (await client.exists(`${service}:rate:f`)) === 0);
  client.disconnect();
  await tokens.close();
});
