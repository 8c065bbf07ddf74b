import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RateLimiter } from '../../src/backpressure/rate-limiter.ts';
import { RedisTokens } from '../../src/backpressure/redis-tokens.ts';
import { LocalTokens, type RatePolicy } from '../../src/backpressure/tokens.ts';
import { silent } from '../support/log.ts';
import { until } from '../support/wait.ts';

const url = process.env.REDIS_URL ?? '';

const never = () => new Promise(() => {});

/** What a tenant gets of 40 requests every 20 ms, from any of the limiters. */
async function flood(limiters: RateLimiter[], seconds: number, tenant = 't1') {
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

class CountedTokens extends LocalTokens {
  leases = 0;

  override lease(tenant: string, wanted: number) {
    this.leases += 1;
    return super.lease(tenant, wanted);
  }
}

test('many requests cost few leases', async () => {
  const tokens = new CountedTokens({ rps: 10_000, burst: 20_000 });
  const { allowed, requests } = await flood([new RateLimiter(tokens, silent)], 1);
  expect(allowed).toBe(requests);
  expect(tokens.leases).toBeLessThan(5);
});

test('a burst is taken at once, as far as the bucket was seen to have it', async () => {
  const limiter = new RateLimiter(new LocalTokens({ rps: 1, burst: 200 }), silent);
  const take = (count: number) =>
    Array.from({ length: count }, () => limiter.take('t1').allowed).filter(Boolean).length;
  expect(take(150)).toBe(100);
  await until('the rest', () => take(1) === 1);
  expect(take(300)).toBeGreaterThan(40);
  await sleep(100);
  expect(take(300)).toBeLessThan(60);
});

test('also those of a tenant that is refused', async () => {
  const tokens = new CountedTokens({ rps: 10, burst: 10 });
  const { elapsedS } = await flood([new RateLimiter(tokens, silent)], 1);
  expect(tokens.leases).toBeLessThanOrEqual(elapsedS * 20 + 2);
});

test('all processes together keep to the limit, and give what it allows', async () => {
  const policy: RatePolicy = { rps: 100, burst: 100 };
  const service = `test-${randomUUID()}`;
  const sources = [0, 1, 2].map(() => new RedisTokens(url, service, policy, silent));
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

test.each([
  ['is down', () => new RedisTokens('redis://127.0.0.1:1', 'test', { rps: 50, burst: 30 }, silent)],
  ['hangs', () => Object.assign(new LocalTokens({ rps: 50, burst: 30 }), { lease: never })],
])('a source that %s leaves each process its own limit', async (_how, create) => {
  const source = create() as LocalTokens;
  const { allowed, elapsedS } = await flood([new RateLimiter(source, silent)], 2);
  expect(allowed).toBeGreaterThan(60);
  expect(allowed).toBeLessThanOrEqual(30 + 50 * elapsedS + 25);
  await source.close();
});

test('tells what is left, and when there is more', async () => {
  const limiter = new RateLimiter(new LocalTokens({ rps: 1, burst: 5 }), silent);
  expect(limiter.take('t1')).toMatchObject({ allowed: true, remaining: 4 });
  for (let i = 0; i < 10; i += 1) {
    limiter.take('t1');
    await sleep(60);
  }
  const refused = limiter.take('t1');
  expect(refused).toMatchObject({ allowed: false, remaining: 0 });
  expect(refused.waitS).toBeGreaterThan(0);
  expect(refused.waitS).toBeLessThanOrEqual(2);
  expect(limiter.take('t2').allowed).toBe(true);
});
