import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RateLimiter } from '../../src/backpressure/rate-limiter.ts';
import type { RatePolicy, TokenSource } from '../../src/backpressure/tokens.ts';
import { until } from './wait.ts';

export const policy: RatePolicy = { rps: 20, burst: 10 };

/** What buckets do, wherever they are. */
export function testTokens(create: () => TokenSource) {
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
}

/** What a tenant gets of 40 requests every 20 ms, from any of the limiters. */
export async function flood(limiters: RateLimiter[], seconds: number, tenant = 't1') {
  const started = performance.now();
  let allowed = 0;
  let requests = 0;
  let elapsedS = 0;
  while (elapsedS < seconds) {
    for (let i = 0; i < 40; i += 1) {
      const limiter = limiters[i % limiters.length] as RateLimiter;
      requests += 1;
      if (limiter.take(tenant).allowed) allowed += 1;
    }
    await sleep(20);
    elapsedS = (performance.now() - started) / 1000;
  }
  return { allowed, requests, elapsedS };
}
