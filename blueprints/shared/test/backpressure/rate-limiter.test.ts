import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RateLimiter } from '../../src/backpressure/rate-limiter.ts';
import { LocalTokens } from '../../src/backpressure/tokens.ts';
import { silent } from '../support/log.ts';
import { flood } from '../support/tokens.ts';
import { until } from '../support/wait.ts';

const never = () => new Promise<never>(() => {});

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

test('what a process leases leaves the others most of a burst', async () => {
  const tokens = new LocalTokens({ rps: 1000, burst: 20 });
  new RateLimiter(tokens, silent).take('t1');
  await Promise.resolve();
  expect((await tokens.lease('t1', 20)).granted).toBeGreaterThan(15);
});

test('also those of a tenant that is refused', async () => {
  const tokens = new CountedTokens({ rps: 10, burst: 10 });
  const { elapsedS } = await flood([new RateLimiter(tokens, silent)], 1);
  const forTheBurst = 10;
  expect(tokens.leases).toBeLessThanOrEqual(forTheBurst + elapsedS * 20 + 2);
});

test.each([
  ['is down', () => Promise.reject(new Error('down'))],
  ['hangs', never],
])('a source that %s leaves each process its own limit', async (_how, lease) => {
  const source = Object.assign(new LocalTokens({ rps: 50, burst: 30 }), { lease });
  const { allowed, elapsedS } = await flood([new RateLimiter(source, silent)], 2);
  expect(allowed).toBeGreaterThan(60);
  expect(allowed).toBeLessThanOrEqual(30 + 50 * elapsedS + 25);
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
