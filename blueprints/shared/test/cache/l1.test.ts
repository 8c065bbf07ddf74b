import { expect, test } from 'vitest';
import { L1 } from '../../src/cache/l1.ts';

const kept = (text: string) => ({ text, freshUntil: 1, staleUntil: 2, goneAt: 3, retryAt: 0 });

test.each([
  ['Latin', 'x', 1],
  ['beyond Latin', 'x…', 2],
])(
  'it is bounded in bytes of memory, and forgets the least recently used: %s',
  (_, text, width) => {
    const maxBytes = 1 << 20;
    const l1 = new L1(maxBytes);
    const value = text.repeat(10_000 / text.length);
    for (let i = 0; i < 1000; i += 1) {
      l1.set(l1.address(`k${i}`, []), kept(value));
      l1.get(l1.address('k0', []));
      expect(l1.bytes).toBeLessThanOrEqual(maxBytes);
    }
    const found = (i: number) => l1.get(l1.address(`k${i}`, [])) !== undefined;
    const all = Array.from({ length: 1000 }, (_, i) => found(i));
    expect(all.filter(Boolean)).toHaveLength(Math.floor(maxBytes / (10_000 * width + 400)));
    expect([found(0), found(1), found(999)]).toEqual([true, false, true]);
  },
);
