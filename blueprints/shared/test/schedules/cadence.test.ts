import { describe, expect, test } from 'vitest';
import { type Cadence, nextTick } from '../../src/schedules/cadence.ts';

const cron = (cron: string, time_zone = 'UTC'): Cadence => ({ cron, time_zone, every_s: null });
const every = (every_s: number): Cadence => ({ cron: null, time_zone: null, every_s });
const createdAt = new Date('2027-01-01T00:00:00.250Z');

/** The next ticks after a moment, one after the other. */
function ticks(cadence: Cadence, after: string, count: number) {
  let at = new Date(after);
  return Array.from({ length: count }, () => {
    at = nextTick(cadence, createdAt, at);
    return at.toISOString().replace(/:00\.000Z$/, 'Z');
  });
}

test('the next tick is after the moment, also at a tick and a millisecond before it', () => {
  expect(ticks(cron('0 12 * * *'), '2027-01-01T11:59:59.999Z', 1)).toEqual(['2027-01-01T12:00Z']);
  expect(ticks(cron('0 12 * * *'), '2027-01-01T12:00:00.000Z', 1)).toEqual(['2027-01-02T12:00Z']);
});

test('seconds count from the creation, whenever they are asked for', () => {
  expect(ticks(every(90), '2027-01-01T00:00:00.250Z', 2)).toEqual([
    '2027-01-01T00:01:30.250Z',
    '2027-01-01T00:03:00.250Z',
  ]);
  expect(ticks(every(90), '2027-01-02T00:00:59.000Z', 1)).toEqual(['2027-01-02T00:01:30.250Z']);
});

describe('where clocks jump ahead', () => {
  test('a time of day that they skip ticks when they have jumped', () => {
    expect(ticks(cron('30 2 * * *', 'Europe/Berlin'), '2027-03-27T12:00Z', 2)).toEqual([
      '2027-03-28T01:00Z',
      '2027-03-29T00:30Z',
    ]);
  });

  test('intervals go on by real time', () => {
    expect(ticks(cron('*/30 * * * *', 'Europe/Berlin'), '2027-03-28T00:30Z', 3)).toEqual([
      '2027-03-28T01:00Z',
      '2027-03-28T01:30Z',
      '2027-03-28T02:00Z',
    ]);
  });

  test('midnight may be what they skip', () => {
    expect(ticks(cron('0 0 * * *', 'Africa/Cairo'), '2027-04-29T12:00Z', 2)).toEqual([
      '2027-04-29T22:00Z',
      '2027-04-30T21:00Z',
    ]);
  });
});

describe('where clocks are set back', () => {
  test('a time of day that comes twice ticks once, the first time', () => {
    expect(ticks(cron('30 2 * * *', 'Europe/Berlin'), '2027-10-30T12:00Z', 2)).toEqual([
      '2027-10-31T00:30Z',
      '2027-11-01T01:30Z',
    ]);
  });

  test('intervals go on by real time', () => {
    expect(ticks(cron('*/30 * * * *', 'Europe/Berlin'), '2027-10-31T00:00Z', 4)).toEqual([
      '2027-10-31T00:30Z',
      '2027-10-31T01:00Z',
      '2027-10-31T01:30Z',
      '2027-10-31T02:00Z',
    ]);
  });

  test('by half an hour as well', () => {
    expect(ticks(cron('0 2 * * *', 'Australia/Lord_Howe'), '2027-04-03T00:00Z', 2)).toEqual([
      '2027-04-03T15:30Z',
      '2027-04-04T15:30Z',
    ]);
  });
});

test.each([
  cron('61 * * * *'),
  cron('* * * *'),
  cron('* * * * * *'),
  cron('? * * * *'),
  cron('2027-06-01T12:00:00'),
  cron('@reboot'),
  cron('0 0 31 2 *'),
  cron('0 0 * * *', 'Mars/Olympus'),
])('what never ticks again and again is refused: %j', (cadence) => {
  expect(() => nextTick(cadence, createdAt, createdAt)).toThrow();
});
