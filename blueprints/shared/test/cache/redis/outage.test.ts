import { expect, test } from 'vitest';
import type { FaultProxy } from '../../../faults/proxy.ts';
import { testLoader } from '../../support/cache.ts';
import { sharedCaches } from '../../support/shared-caches.ts';
import { until } from '../../support/wait.ts';

const shared = sharedCaches();
const request = (key: string) => ({ tenant: 't1', key, tags: [key] });
const nameOf = (kind: 'entry' | 'lock', key: string) => `${shared.prefix}:${kind}:{t1}:${key}`;

const faults = [
  {
    fault: 'down',
    disturb: (proxy: FaultProxy) => {
      proxy.refuse();
      proxy.cut();
    },
  },
  { fault: 'hung', disturb: (proxy: FaultProxy) => proxy.hold() },
  { fault: 'slow', disturb: (proxy: FaultProxy) => proxy.slow({ latencyMs: 600 }) },
];

test.each(faults)(
  'with a Redis that is $fault reads go on without it, and with it when it is back',
  async ({ fault, disturb }) => {
    const { cache, counts, proxy } = await shared.openRemote({ pauseMs: 1000 });
    const read = (i: number) => cache.get(request(`${fault} ${i}`), async () => i);
    await read(0);
    disturb(proxy);
    const began = performance.now();
    for (let i = 0; i < 300; i += 1) expect(await read(i)).toBe(i);
    expect(await read(299)).toBe(299);
    // One read waits for its deadline; if all did, it would be 90 s.
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await counts()).toMatchObject({ cache_loads_total: 300, l1: 2 });
    expect((await counts()).cache_l2_errors_total).toBeGreaterThan(0);
    await proxy.heal();
    const back = shared.open();
    await until('the second tier', async () => {
      const key = `${fault} ${performance.now()}`;
      await cache.get(request(key), async () => 'v1');
      await back.cache.get(request(key), async () => 'v1');
      return (await back.counts()).l2;
    });
  },
);

test('many readers of a hung Redis wait for one deadline together', async () => {
  const { cache, proxy } = await shared.openRemote();
  proxy.hold();
  const began = performance.now();
  const read = (_: unknown, i: number) => cache.get(request(`crowd ${i}`), async () => i);
  await Promise.all(Array.from({ length: 200 }, read));
  expect(performance.now() - began).toBeLessThan(5000);
});

test('an invalidation that Redis could not be told is made up for', async () => {
  const { cache, proxy } = await shared.openRemote();
  const near = shared.open();
  const loader = testLoader();
  const read = () => near.cache.get(request('untold'), loader.load);
  expect(await read()).toBe('v1');
  loader.value = 'v2';
  proxy.hold();
  await cache.invalidate({ tenant: 't1', tags: ['untold'] });
  expect(await cache.get(request('untold'), loader.load)).toBe('v2');
  expect(await read()).toBe('v1');
  await proxy.heal();
  await until('the invalidation', async () => (await read()) === 'v2');
});

test('what this process invalidated during an outage it does not read again after it', async () => {
  const { cache, proxy, counts } = await shared.openRemote({ l1TtlMs: 1 });
  const loader = testLoader();
  const read = () => cache.get(request('own'), loader.load);
  await read();
  proxy.refuse();
  proxy.cut();
  loader.value = 'v2';
  await cache.invalidate({ tenant: 't1', tags: ['own'] });
  expect(await read()).toBe('v2');
  await proxy.accept();
  await until('the second tier', async () => {
    expect(await read()).toBe('v2');
    return (await counts()).l2;
  });
});

test('invalidations that were missed cost no more than the L1: it is emptied when heard again', async () => {
  const { cache, subscription, subscriptions } = await shared.openRemote();
  const near = shared.open();
  const loader = testLoader();
  const read = () => cache.get(request('missed'), loader.load);
  expect(await read()).toBe('v1');
  subscription.hold('down');
  loader.value = 'v2';
  await near.cache.invalidate({ tenant: 't1', tags: ['missed'] });
  expect(await read()).toBe('v1');
  subscription.cut();
  await until('the second subscription', () => subscriptions() === 2);
  expect(await read()).toBe('v2');
});

test('a load that began before an invalidation is not kept by a process that did not hear of it', async () => {
  const { cache, subscription } = await shared.openRemote();
  const near = shared.open();
  const loader = testLoader({ held: true });
  const read = () => cache.get(request('unheard'), loader.load);
  const old = read();
  await until('the load', () => loader.loads === 1);
  subscription.hold('down');
  await near.cache.invalidate({ tenant: 't1', tags: ['unheard'] });
  loader.value = 'v2';
  loader.release();
  expect(await old).toBe('v1');
  expect(await read()).toBe('v2');
});

test('a load under way while invalidations were missed is not kept in L1', async () => {
  const { cache, subscription, subscriptions } = await shared.openRemote();
  const near = shared.open();
  const loader = testLoader({ held: true });
  const read = () => cache.get(request('missed meanwhile'), loader.load);
  const old = read();
  await until('the load', () => loader.loads === 1);
  subscription.hold('down');
  await near.cache.invalidate({ tenant: 't1', tags: ['missed meanwhile'] });
  subscription.cut();
  await until('the second subscription', () => subscriptions() === 2);
  loader.value = 'v2';
  loader.release();
  expect(await old).toBe('v1');
  expect(await read()).toBe('v2');
});

test('an L2 answer on its way while its invalidation arrives is not kept in L1', async () => {
  const { cache, commands, counts } = await shared.openRemote({ deadlineMs: 5000 });
  const near = shared.open();
  const loader = testLoader();
  await near.cache.get(request('crossed'), loader.load);
  const read = () => cache.get(request('crossed'), loader.load);
  commands.hold('down');
  const old = read();
  await new Promise((resolve) => setTimeout(resolve, 200));
  loader.value = 'v2';
  await near.cache.invalidate({ tenant: 't1', tags: ['crossed'] });
  await new Promise((resolve) => setTimeout(resolve, 200));
  commands.release();
  expect(await old).toBe('v1');
  expect(await counts()).toMatchObject({ l2: 1 });
  expect(await read()).toBe('v2');
});

test('what a hung Redis writes late is as old as it is', async () => {
  const { cache, commands } = await shared.openRemote({ stalenessMs: 1000, deadlineMs: 200 });
  const near = shared.open({ stalenessMs: 1000 });
  const loader = testLoader({ held: true });
  const first = cache.get(request('late'), loader.load);
  await until('the load', () => loader.loads === 1);
  commands.hold('up');
  loader.release();
  expect(await first).toBe('v1');
  await new Promise((resolve) => setTimeout(resolve, 1200));
  commands.release();
  await until('the lock to go', async () => !(await shared.redis.exists(nameOf('lock', 'late'))));
  loader.value = 'v2';
  expect(await near.cache.get(request('late'), loader.load)).toBe('v2');
});

test('a lock that a hung Redis grants late is given back', async () => {
  const { cache, commands } = await shared.openRemote({ lockMs: 60_000, deadlineMs: 200 });
  commands.hold('up');
  expect(await cache.get(request('late lock'), async () => 'v1')).toBe('v1');
  const near = shared.open({ lockMs: 60_000 });
  commands.release();
  const version = `${shared.prefix}:tag:{t1}:late lock`;
  await until('the late look', () => shared.redis.exists(version));
  expect(await near.cache.get(request('late lock'), async () => 'v2')).toBe('v2');
});

test('a half-open connection is replaced', async () => {
  const { cache, commands } = await shared.openRemote();
  commands.hold();
  const near = shared.open();
  await until('the second tier', async () => {
    const key = `half-open ${performance.now()}`;
    await cache.get(request(key), async () => 'v1');
    await near.cache.get(request(key), async () => 'v1');
    return (await near.counts()).l2;
  });
});
