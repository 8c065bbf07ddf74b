import { expect, test } from 'vitest';
import { retryAfterMs } from '../../src/outgoing/retry-after.ts';
import { delayAfter } from '../../src/webhooks/schedule.ts';

test('each attempt has its delay, with jitter, until there is none', () => {
  const delays = Array.from({ length: 100 }, () => delayAfter(2, [10, 1000]) ?? 0);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(800);
  expect(Math.max(...delays)).toBeLessThanOrEqual(1200);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(100);
  expect(delayAfter(3, [10, 1000])).toBeUndefined();
});

test('a receiver may ask for a longer one, up to a day, and for no shorter one', () => {
  expect(delayAfter(1, [10], 60_000)).toBe(60_000);
  expect(delayAfter(1, [10], 10 ** 12)).toBe(86_400_000);
  expect(delayAfter(1, [60_000], 1)).toBeGreaterThan(40_000);
  expect(delayAfter(2, [10], 60_000)).toBeUndefined();
});

test('Retry-After is seconds or a date', () => {
  expect(retryAfterMs('120')).toBe(120_000);
  const inAMinute = new Date(Date.now() + 60_000).toUTCString();
  expect(retryAfterMs(inAMinute)).toBeGreaterThan(50_000);
  const nothing = [undefined, '', 'soon', '-5', new Date(0).toUTCString()];
  expect(nothing.map(retryAfterMs)).toEqual([0, 0, 0, 0, 0]);
});
