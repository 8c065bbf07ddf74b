import { expect, test } from 'vitest';
import { QueueWait } from '../../src/backpressure/queue-wait.ts';

const depth = (waiting: number, created: number, unfinished = waiting) => ({
  waiting,
  unfinished,
  created,
  elapsedS: 1,
});

/** The estimate after so many seconds that each began with `waiting` jobs and finished some. */
function after(seconds: number, waiting: number, finishedAtS: (second: number) => number) {
  const wait = new QueueWait(2);
  wait.observe(depth(waiting, 0));
  for (let second = 0; second < seconds; second += 1) {
    wait.observe(depth(waiting, finishedAtS(second))); // as many come as go
  }
  return wait.seconds;
}

test('at first, the workers are as fast as planned', () => {
  expect(after(0, 100, () => 0)).toBe(50);
  expect(after(0, 0, () => 0)).toBe(0);
});

test('the wait follows what is finished while jobs wait, whether more or less', () => {
  expect(after(600, 100, () => 10)).toBeCloseTo(10, 1);
  expect(after(600, 100, (second) => (second % 10 === 0 ? 1 : 0))).toBeGreaterThan(900);
  expect(after(600, 100, () => 0)).toBe(86_400);
});

test('finishes are what was submitted less the growth of the unfinished', () => {
  const wait = new QueueWait(2);
  wait.observe(depth(100, 0, 110));
  // Every second 30 come, and 20 of them stay.
  for (let i = 1; i <= 600; i += 1) wait.observe(depth(100 + 20 * i, 30, 110 + 20 * i));
  expect(wait.seconds).toBeCloseTo((100 + 20 * 600) / 10, 0);
});

test('a quiet hour says nothing about what the workers can do', () => {
  const wait = new QueueWait(2);
  for (let i = 0; i < 3600; i += 1) wait.observe(depth(0, 0));
  wait.observe(depth(100, 100));
  expect(wait.seconds).toBeCloseTo(50, 0);
});

test('one moment of nothing does not count as a standstill', () => {
  expect(after(5, 100, () => 0)).toBeLessThan(60);
});
