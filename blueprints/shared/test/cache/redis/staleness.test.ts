import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sharedCaches } from '../../support/shared-caches.ts';

const shared = sharedCaches();
const l1TtlMs = 300;
const request = { tenant: 't1', key: 'raced', tags: ['jobs'] };

interface Commit {
  value: number;
  /** When its invalidation was over. */
  toldAt: number;
}

/** The least that a read must see which came at `time` and may be `boundMs` behind. */
const least = (commits: Commit[], time: number, boundMs: number) =>
  Math.max(0, ...commits.filter(({ toldAt }) => toldAt + boundMs <= time).map((c) => c.value));

test('invalidations racing loads: nothing is served beyond the bound, even by a process that hears of none', async () => {
  const [writer, hearing] = [shared.open({ l1TtlMs }), shared.open({ l1TtlMs })];
  const deaf = await shared.openRemote({ l1TtlMs, deadlineMs: 5000 });
  deaf.subscription.hold('down');

  const commits: Commit[] = [];
  let database = 0;
  const random = (ms: number) => sleep(ms * Math.random());
  const load = async () => {
    await random(20);
    const value = database;
    await random(Math.random() < 0.1 ? 2 * l1TtlMs : 40);
    return value;
  };
  const end = performance.now() + 6000;
  const write = async () => {
    while (performance.now() < end) {
      database += 1;
      const value = database;
      await writer.cache.invalidate(request);
      commits.push({ value, toldAt: performance.now() });
      await random(150);
    }
  };
  let reads = 0;
  const late: object[] = [];
  const read = async (who: string, { cache }: typeof hearing, boundMs: number) => {
    while (performance.now() < end) {
      const time = performance.now();
      const value = await cache.get(request, load);
      const expected = least(commits, time, boundMs);
      if (value < expected) late.push({ who, value, expected });
      reads += 1;
      await random(5);
    }
  };
  const readers = [1, 2, 3].flatMap(() => [
    read('the process that invalidates', writer, 0),
    read('one that hears of it', hearing, l1TtlMs),
    read('one that does not', deaf, l1TtlMs),
  ]);
  await Promise.all([write(), ...readers]);
  expect(late).toEqual([]);
  expect(commits.length).toBeGreaterThan(20);
  expect(reads).toBeGreaterThan(200);
});
