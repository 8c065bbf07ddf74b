import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { RateLimiter } from '../../src/backpressure/rate-limiter.ts';
import { RedisTokens } from '../../src/backpressure/redis-tokens.ts';
import type { RatePolicy } from '../../src/backpressure/tokens.ts';
import { silent } from '../support/log.ts';
import { flood, policy, testTokens } from '../support/tokens.ts';
import { until } from '../support/wait.ts';

const url = process.env.REDIS_URL ?? '';
const service = `test-${randomUUID()}`;
const redis = (given: RatePolicy, at = url) => new RedisTokens(at, service, given, silent);

testTokens(() => redis(policy));

test('buckets in Redis are gone when they had the time to fill up', async () => {
  const client = new Redis(url);
  const tokens = redis(policy);
  await until('Redis', () => tokens.lease('f', 1).catch(() => null));
  expect(await client.pttl(`${service}:rate:f`)).toBeLessThanOrEqual(1500);
  await until('its end', async () => (await client.exists(`${service}:rate:f`)) === 0);
  client.disconnect();
  await tokens.close();
});

test('all processes together keep to the limit, and give what it allows', async () => {
  const policy: RatePolicy = { rps: 100, burst: 100 };
  const sources = [0, 1, 2].map(() => redis(policy));
  for (const source of sources) {
    await until('Redis', () => source.lease('other', 0).catch(() => null));
  }
  const limiters = sources.map((source) => new RateLimiter(source, silent));
  const { allowed, elapsedS } = await flood(limiters, 3);
  const may = policy.burst + policy.rps * elapsedS;
  expect(allowed).toBeLessThanOrEqual(may + 3 * 50); // on credit
  expect(allowed).toBeGreaterThan(0.7 * may);
  for (const source of sources) await source.close();
});

test('without Redis each process has a limit of its own', async () => {
  const source = redis({ rps: 50, burst: 30 }, 'redis://127.0.0.1:1');
  const { allowed, elapsedS } = await flood([new RateLimiter(source, silent)], 1);
  expect(allowed).toBeGreaterThan(30);
  expect(allowed).toBeLessThanOrEqual(30 + 50 * elapsedS + 25);
  await source.close();
});
