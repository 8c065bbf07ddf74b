import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localCache, testLoader } from '../support/cache.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

const usage = { tenant: 't1', key: 'usage', tags: ['jobs'], ttlMs: 4000 };
const pass = (ms: number) => vi.advanceTimersByTime(ms);
/** Lets what runs in the background end. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a thousand readers of a cold key cost one load, and each gets a copy of its own', async () => {
  const { cache, counts } = localCache();
  const loader = testLoader({ value: { jobs: [1] } });
  const read = () => cache.get(usage, loader.load);
  const answers = await Promise.all(Array.from({ length: 1000 }, read));
  expect(answers).toEqual(Array.from({ length: 1000 }, () => ({ jobs: [1] })));
  expect(answers[0]).not.toBe(answers[1]);
  await read();
  expect(await counts()).toMatchObject({
    cache_loads_total: 1,
    cache_misses_total: 1000,
    l1: 1,
  });
});

test('past its TTL an answer serves while one reader has it loaded anew, but never past the bound', async () => {
  const { cache, counts } = localCache();
  const loader = testLoader();
  const read = () => cache.get(usage, loader.load);
  await read();
  loader.value = 'v2';
  loader.held = true;
  pass(4001);
  expect(await Promise.all([read(), read(), read()])).toEqual(['v1', 'v1', 'v1']);
  expect(loader.loads).toBe(2);
  expect(await counts()).toMatchObject({ stale: 3 });
  pass(6000);
  const late = read();
  loader.value = 'v3';
  loader.release();
  expect(await late).toBe('v2');
  expect(loader.loads).toBe(2);
});

test('age counts from the beginning of the load', async () => {
  const { cache } = localCache();
  const loader = testLoader({ held: true });
  const read = () => cache.get(usage, loader.load);
  const slow = read();
  await settle();
  pass(9000);
  loader.release();
  await slow;
  loader.value = 'v2';
  pass(1001);
  expect(await read()).toBe('v2');
});

test('who comes when a load has become too old does not wait for it', async () => {
  const { cache } = localCache();
  const loader = testLoader({ held: true });
  const read = () => cache.get(usage, loader.load);
  const first = read();
  await settle();
  pass(10_001);
  loader.value = 'v2';
  const second = read();
  await settle();
  loader.release();
  expect(await first).toBe('v1');
  expect(await second).toBe('v2');
});

test('while the loader fails an older answer serves, asked for once a second, up to its bound', async () => {
  const { cache, counts } = localCache({ staleOnErrorMs: 30_000 });
  const loader = testLoader();
  const read = () => cache.get(usage, loader.load);
  await read();
  loader.error = new Error('the database is down');
  pass(10_001);
  expect(await read()).toBe('v1');
  for (let i = 0; i < 100; i += 1) expect(await read()).toBe('v1');
  expect(loader.loads).toBe(2);
  for (let second = 0; second < 20; second += 1) {
    pass(1000);
    expect(await read()).toBe('v1');
    await settle();
  }
  expect(loader.loads).toBe(22);
  expect(await counts()).toMatchObject({ cache_load_errors_total: 21 });
  pass(9999);
  await expect(read()).rejects.toThrow('the database is down');
  loader.error = undefined;
  expect(await read()).toBe('v1');
});

test('an older answer does not outlive the failure that it stood in for', async () => {
  const { cache } = localCache({ staleOnErrorMs: 60_000 });
  const loader = testLoader();
  const read = () => cache.get(usage, loader.load);
  await read();
  loader.error = new Error('the database is down');
  pass(10_001);
  expect(await read()).toBe('v1');
  Object.assign(loader, { error: undefined, value: 'v2' });
  pass(20_000);
  expect(await read()).toBe('v2');
});

test('an error without an older answer reaches all who wait, and is not kept', async () => {
  const { cache } = localCache();
  const loader = testLoader({ error: new Error('no such table') });
  const read = () => cache.get(usage, loader.load);
  const both = await Promise.allSettled([read(), read()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(loader.loads).toBe(1);
  loader.error = undefined;
  expect(await read()).toBe('v1');
});

test.each([null, undefined])(
  'that there is nothing (%s) is kept for a shorter time',
  async (nothing) => {
    const { cache } = localCache();
    const loader = testLoader({ value: nothing });
    const read = () => cache.get({ ...usage, negativeTtlMs: 500 }, loader.load);
    expect(await read()).toBe(nothing);
    expect(await read()).toBe(nothing);
    expect(loader.loads).toBe(1);
    loader.value = 'v2';
    pass(501);
    expect(await read()).toBe('v2');
  },
);

test('what was loaded together does not expire together', async () => {
  const { cache, counts } = localCache();
  const loader = testLoader();
  const readAll = () =>
    Promise.all(
      Array.from({ length: 200 }, (_, i) => cache.get({ ...usage, key: `k${i}` }, loader.load)),
    );
  await readAll();
  pass(3800);
  await readAll();
  const { stale = 0, l1 = 0 } = await counts();
  expect(stale + l1).toBe(200);
  expect(stale).toBeGreaterThan(0);
  expect(l1).toBeGreaterThan(0);
});

test('a load that began before an invalidation is not kept, nor joined by who comes after it', async () => {
  const { cache } = localCache();
  const loader = testLoader({ held: true });
  const read = () => cache.get(usage, loader.load);
  const before = read();
  await settle();
  loader.value = 'v2';
  await cache.invalidate({ tenant: 't1', tags: ['jobs'] });
  const after = read();
  await settle();
  loader.value = 'v3';
  loader.release();
  expect(await before).toBe('v1');
  expect(await after).toBe('v2');
  expect(await read()).toBe('v2');
  expect(loader.loads).toBe(2);
});

test('a load that began before an invalidation does not replace what was loaded after it', async () => {
  const { cache } = localCache();
  const old = testLoader({ held: true });
  const before = cache.get(usage, old.load);
  await settle();
  await cache.invalidate({ tenant: 't1', tags: ['jobs'] });
  const loader = testLoader({ value: 'v2' });
  const read = () => cache.get(usage, loader.load);
  await read();
  old.release();
  await before;
  expect(await read()).toBe('v2');
  expect(loader.loads).toBe(1);
});

test('an invalidated answer does not stand in for a loader that fails', async () => {
  const { cache } = localCache();
  const loader = testLoader();
  const read = () => cache.get(usage, loader.load);
  await read();
  await cache.invalidate({ tenant: 't1', tags: ['jobs'] });
  loader.error = new Error('the database is down');
  await expect(read()).rejects.toThrow('the database is down');
});

test('tenants share neither answers nor tags, whatever they are called', async () => {
  const { cache } = localCache();
  const names = ['a', 'a:b', 'a}', '{a', 'a%3Ab'];
  const read = (tenant: string, key: string) =>
    cache.get({ tenant, key, tags: ['jobs'] }, async () => `${tenant} ${key}`);
  for (const tenant of names) {
    for (const key of ['c', 'b:c', '}:c', ':c']) {
      expect(await read(tenant, key)).toBe(`${tenant} ${key}`);
    }
  }
  const untouched = testLoader();
  await cache.get({ tenant: 't2', key: 'k', tags: ['jobs'] }, untouched.load);
  await cache.invalidate({ tenant: 't1', tags: ['jobs'] });
  await cache.get({ tenant: 't2', key: 'k', tags: ['jobs'] }, untouched.load);
  expect(untouched.loads).toBe(1);
});

test.each([{ stalenessMs: 0 }, { l1: { maxBytes: 0 } }])(
  'nothing is cached with %o',
  async (options) => {
    const { cache } = localCache(options);
    const loader = testLoader({ value: new Date(0) });
    const read = () => cache.get(usage, loader.load);
    expect(await Promise.all([read(), read()])).toEqual(Array(2).fill('1970-01-01T00:00:00.000Z'));
    expect(loader.loads).toBe(2);
  },
);

test('what is very long is handed on and not kept', async () => {
  const { cache } = localCache({ l1: { maxBytes: 100 << 20 } });
  const loader = testLoader({ value: 'x'.repeat(2 << 20) });
  for (const loads of [1, 2]) {
    expect(await cache.get(usage, loader.load)).toHaveLength(2 << 20);
    expect(loader.loads).toBe(loads);
  }
});
