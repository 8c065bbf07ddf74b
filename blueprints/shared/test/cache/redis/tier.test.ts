import { expect, test } from 'vitest';
import { testLoader } from '../../support/cache.ts';
import { processes } from '../../support/processes.ts';
import { sharedCaches } from '../../support/shared-caches.ts';
import { until } from '../../support/wait.ts';

const shared = sharedCaches();
const start = processes();

const request = (key: string, given = {}) => ({ tenant: 't1', key, tags: [key], ...given });
const nameOf = (kind: 'entry' | 'lock' | 'tag', key: string) =>
  `${shared.prefix}:${kind}:{t1}:${key}`;

test('a cold key with 1,000 readers in each of two caches costs one load', async () => {
  const caches = [shared.open(), shared.open()];
  const loader = testLoader({ value: { jobs: 1 } });
  const load = async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return loader.load();
  };
  const reads = caches.flatMap(({ cache }) =>
    Array.from({ length: 1000 }, () => cache.get(request('cold'), load)),
  );
  expect(new Set((await Promise.all(reads)).map((answer) => JSON.stringify(answer)))).toEqual(
    new Set(['{"jobs":1}']),
  );
  expect(loader.loads).toBe(1);
});

test('a cold key with 1,000 readers in each of two processes costs one load', async () => {
  const env = { CACHE_REDIS_URL: shared.url, CACHE_PREFIX: shared.prefix };
  const readers = [1, 2].map(() => start('test/support/cache-reader.ts', env));
  const ready = `${shared.prefix}:ready`;
  await until('both processes', async () => (await shared.redis.llen(ready)) === 2);
  await shared.redis.publish(`${shared.prefix}:go`, '');
  for (const { ended, output } of readers) {
    expect(await ended, output()).toBe(0);
    expect(output()).toContain('1000 answers');
  }
  expect(await shared.redis.get(`${shared.prefix}:loads`)).toBe('1');
});

test('an invalidation reaches what the other processes hold', async () => {
  const [a, b] = [shared.open(), shared.open()];
  await until('both to listen', () => a.subscriptions() + b.subscriptions() === 2);
  const loader = testLoader();
  const read = ({ cache }: typeof a) => cache.get(request('told'), loader.load);
  expect([await read(a), await read(b)]).toEqual(['v1', 'v1']);
  expect(loader.loads).toBe(1);
  loader.value = 'v2';
  await a.cache.invalidate({ tenant: 't1', tags: ['told'] });
  expect(await read(a)).toBe('v2');
  await until('b to hear of it', async () => (await read(b)) === 'v2');
  expect(loader.loads).toBe(2);
});

test('a load that began before an invalidation elsewhere is kept neither in L2 nor in L1', async () => {
  const [a, b, c] = [shared.open(), shared.open(), shared.open()];
  const loader = testLoader({ held: true });
  const old = a.cache.get(request('raced'), loader.load);
  await until('the load', () => loader.loads === 1);
  await b.cache.invalidate({ tenant: 't1', tags: ['raced'] });
  loader.value = 'v2';
  loader.release();
  expect(await old).toBe('v1');
  expect(await a.cache.get(request('raced'), loader.load)).toBe('v2');
  expect(await c.cache.get(request('raced'), loader.load)).toBe('v2');
  expect(loader.loads).toBe(2);
});

test('who comes after an invalidation does not wait for a load that began before it', async () => {
  const [a, b] = [shared.open({ lockMs: 60_000 }), shared.open({ lockMs: 60_000 })];
  const loader = testLoader({ held: true });
  const old = a.cache.get(request('overtaken'), loader.load);
  await until('the load', () => loader.loads === 1);
  await b.cache.invalidate({ tenant: 't1', tags: ['overtaken'] });
  expect(await b.cache.get(request('overtaken'), async () => 'v2')).toBe('v2');
  loader.release();
  expect(await old).toBe('v1');
});

test('an evicted tag version makes its entries unreadable, for good', async () => {
  const [a, b] = [shared.open(), shared.open()];
  const loader = testLoader();
  await a.cache.get(request('evicted'), loader.load);
  await a.cache.invalidate({ tenant: 't1', tags: ['evicted'] });
  await a.cache.get(request('evicted'), loader.load);
  loader.value = 'v2';
  await shared.redis.del(nameOf('tag', 'evicted'));
  expect(await shared.redis.exists(nameOf('entry', 'evicted'))).toBe(1);
  expect(await b.cache.get(request('evicted'), loader.load)).toBe('v2');
});

test('nothing is kept when a tag version was evicted while it was loaded', async () => {
  const a = shared.open();
  const loader = testLoader({ held: true });
  const answer = a.cache.get(request('evicted meanwhile'), loader.load);
  await until('the load', () => loader.loads === 1);
  await shared.redis.del(nameOf('tag', 'evicted meanwhile'));
  loader.release();
  expect(await answer).toBe('v1');
  expect(await shared.redis.exists(nameOf('entry', 'evicted meanwhile'))).toBe(0);
});

test("L1 takes no more than what is left of L2's entry", async () => {
  const [a, b] = [shared.open({ stalenessMs: 4000 }), shared.open({ stalenessMs: 4000 })];
  const loader = testLoader();
  const read = ({ cache }: typeof a) => cache.get(request('rest', { ttlMs: 4000 }), loader.load);
  await read(a);
  const loaded = performance.now();
  await sleepUntil(loaded + 2000);
  expect(await read(b)).toBe('v1');
  expect(loader.loads).toBe(1);
  loader.value = 'v2';
  await sleepUntil(loaded + 4100);
  expect(await read(b)).toBe('v2');
});

test('past its TTL an answer is loaded anew by one of all processes, while all serve it', async () => {
  const caches = [shared.open(), shared.open(), shared.open()];
  const loader = testLoader();
  const read = ({ cache }: (typeof caches)[number]) =>
    cache.get(request('renewed', { ttlMs: 50 }), loader.load);
  for (const cache of caches) await read(cache);
  await sleepUntil(performance.now() + 60);
  Object.assign(loader, { loads: 0, value: 'v2', held: true });
  for (let round = 0; round < 5; round += 1) {
    expect(await Promise.all(caches.map(read))).toEqual(['v1', 'v1', 'v1']);
    await sleepUntil(performance.now() + 50);
  }
  expect(loader.loads).toBe(1);
  loader.release();
  for (const cache of caches) {
    await until('the new answer', async () => (await read(cache)) === 'v2');
  }
});

test('an answer of another process stands in for a loader that fails', async () => {
  const [a, b] = [shared.open({ stalenessMs: 100 }), shared.open({ stalenessMs: 100 })];
  const loader = testLoader();
  await a.cache.get(request('stand-in'), loader.load);
  await sleepUntil(performance.now() + 150);
  loader.error = new Error('the database is down');
  expect(await b.cache.get(request('stand-in'), loader.load)).toBe('v1');
  expect(loader.loads).toBe(2);
});

test('that there is nothing is known to all processes', async () => {
  const [a, b] = [shared.open(), shared.open()];
  const loader = testLoader({ value: undefined });
  const none = request('none', { negativeTtlMs: 60_000, ttlMs: 60_000 });
  expect(await a.cache.get(none, loader.load)).toBe(undefined);
  expect(await b.cache.get(none, loader.load)).toBe(undefined);
  expect(loader.loads).toBe(1);
});

test('a lock whose holder died is taken over when it ends', async () => {
  const [a, b] = [shared.open({ lockMs: 300 }), shared.open({ lockMs: 10_000 })];
  const dead = testLoader({ held: true });
  void a.cache.get(request('orphan'), dead.load);
  await until('its load', () => dead.loads === 1);
  const alive = testLoader({ value: 'v2' });
  expect(await b.cache.get(request('orphan'), alive.load)).toBe('v2');
  expect(await shared.redis.exists(nameOf('lock', 'orphan'))).toBe(0);
});

test('who waited longer than a lock lasts loads, and the lock stays with its owner', async () => {
  const [a, b] = [shared.open({ lockMs: 60_000 }), shared.open({ lockMs: 200 })];
  const slow = testLoader({ held: true });
  const first = a.cache.get(request('patience'), slow.load);
  await until('its load', () => slow.loads === 1);
  const lock = await shared.redis.get(nameOf('lock', 'patience'));
  expect(await b.cache.get(request('patience'), async () => 'v2')).toBe('v2');
  expect(await shared.redis.get(nameOf('lock', 'patience'))).toBe(lock);
  slow.release();
  expect(await first).toBe('v1');
  expect(await shared.redis.exists(nameOf('lock', 'patience'))).toBe(0);
});

test('a load that fails lets the next process try at once', async () => {
  const [a, b] = [shared.open({ lockMs: 60_000 }), shared.open({ lockMs: 60_000 })];
  const failing = testLoader({ held: true, error: new Error('no luck') });
  const first = expect(a.cache.get(request('luck'), failing.load)).rejects.toThrow('no luck');
  await until('its load', () => failing.loads === 1);
  const second = b.cache.get(request('luck'), async () => 'v2');
  failing.release();
  await first;
  expect(await second).toBe('v2');
});

async function sleepUntil(time: number) {
  await new Promise((resolve) => setTimeout(resolve, time - performance.now()));
}
