import { expect, test } from 'vitest';
import { Coalescer } from '../src/coalesce.ts';

function recorded(options: { maxItems?: number; maxBytes?: number; fails?: number } = {}) {
  const batches: number[][] = [];
  const coalescer = new Coalescer<number, number>({
    maxItems: options.maxItems ?? 100,
    ...(options.maxBytes ? { maxBytes: options.maxBytes, weigh: (item: number) => item } : {}),
    separable: (error) => (error as Error).message !== 'down',
    run: async (items) => {
      batches.push(items);
      await new Promise((resolve) => setImmediate(resolve));
      if (options.fails !== undefined && items.includes(options.fails)) {
        throw new Error(options.fails < 0 ? 'down' : 'refused');
      }
      return items.map((item) => item * 2);
    },
  });
  return { coalescer, batches };
}

test('what comes while a batch is in flight goes together in the next', async () => {
  const { coalescer, batches } = recorded();
  const results = await Promise.all([1, 2, 3, 4].map((item) => coalescer.submit(item)));
  expect(results).toEqual([2, 4, 6, 8]);
  expect(batches).toEqual([[1], [2, 3, 4]]);
});

test('a batch is bounded by items and by bytes', async () => {
  const byItems = recorded({ maxItems: 2 });
  await Promise.all([1, 2, 3, 4].map((item) => byItems.coalescer.submit(item)));
  expect(byItems.batches).toEqual([[1], [2, 3], [4]]);
  const byBytes = recorded({ maxBytes: 10 });
  await Promise.all([1, 6, 4, 50, 1].map((item) => byBytes.coalescer.submit(item)));
  expect(byBytes.batches).toEqual([[1], [6, 4], [50], [1]]);
});

test('where many wait, the next batch leaves before the callers of this one go on', async () => {
  const order: string[] = [];
  const coalescer = new Coalescer<number, number>({
    maxItems: 4,
    run: async (items) => {
      order.push(`sent ${items}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return items;
    },
  });
  const submit = (item: number) => coalescer.submit(item).then(() => order.push(`told ${item}`));
  await Promise.all([1, 2, 3].map(submit));
  expect(order).toEqual(['sent 1', 'sent 2,3', 'told 1', 'told 2', 'told 3']);
  order.length = 0;
  await Promise.all([4, 5].map(submit));
  expect(order).toEqual(['sent 4', 'told 4', 'sent 5', 'told 5']);
});

test('an item that is refused fails alone', async () => {
  const { coalescer } = recorded({ fails: 3 });
  const results = await Promise.allSettled([1, 2, 3, 4].map((item) => coalescer.submit(item)));
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

test('who waits behind what nobody gets fails with it', async () => {
  const batches: number[][] = [];
  const coalescer = new Coalescer<number, number>({
    maxItems: 10,
    shared: (error) => (error as Error).message === 'exhausted',
    run: async (items) => {
      batches.push(items);
      if (items.includes(1)) throw new Error('exhausted');
      return items;
    },
  });
  const settled = await Promise.allSettled([1, 2, 3].map((item) => coalescer.submit(item)));
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await coalescer.submit(4)).toBe(4);
  expect(batches).toEqual([[1], [4]]);
});

test('when the database is gone nobody is asked again', async () => {
  const { coalescer, batches } = recorded({ fails: -1 });
  const results = await Promise.allSettled([1, -1, 2].map((item) => coalescer.submit(item)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(batches).toHaveLength(2);
});
