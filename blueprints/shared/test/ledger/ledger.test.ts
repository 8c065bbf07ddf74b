import { expect, test } from 'vitest';
import { UnreadableError } from '../../src/bus/consumer/message.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { endedEvent } from '../support/consumer.ts';
import { testDatabase } from '../support/database.ts';

const database = testDatabase();

test('an event counts once, however often it comes, and in however many consumers at once', async () => {
  const ledgers = Array.from({ length: 4 }, () => new Ledger(database.db));
  const endings = ['succeeded', 'dead', 'cancelled'];
  const events = Array.from({ length: 90 }, (_, i) => endedEvent({ ending: endings[i % 3] ?? '' }));
  const comings = [...events, ...events.toReversed(), ...events];
  const outcomes = await Promise.all(
    ledgers.flatMap((ledger) => comings.map((event) => ledger.book(event))),
  );
  expect(outcomes.filter((outcome) => outcome === 'handled')).toHaveLength(events.length);
  expect(await ledgers[0]?.months('t1')).toEqual([
    { tenant: 't1', month: '2026-11', succeeded: 30, dead: 30, cancelled: 30, took_ms: 90 * 1500 },
  ]);
});

test('months are UTC, and the newest come first', async () => {
  const ledger = new Ledger(database.db);
  const tenant = 'months';
  await ledger.book(endedEvent({ tenant, at: '2026-10-31T23:59:59.999Z' }));
  await ledger.book(endedEvent({ tenant, at: '2026-11-01T00:00:00.000Z' }));
  const months = await ledger.months(tenant);
  expect(months.map(({ month }) => month)).toEqual(['2026-11', '2026-10']);
});

test('a job that never started takes no time', async () => {
  const ledger = new Ledger(database.db);
  const tenant = 'cancelled';
  const data = { status: 'cancelled', started_at: null, finished_at: '2026-11-29T12:00:00.000Z' };
  await ledger.book(endedEvent({ tenant, ending: 'cancelled', data }));
  expect(await ledger.months(tenant)).toMatchObject([{ cancelled: 1, took_ms: 0 }]);
});

test('an event of which the data are none of a job is unreadable, and says where', async () => {
  const booked = new Ledger(database.db).book(endedEvent({ data: { status: 'lost' } }));
  await expect(booked).rejects.toThrow(UnreadableError);
  await expect(booked).rejects.toThrow(/\/status.*\/finished_at/);
});

test('one that cannot be booked does not take down those that came with it', async () => {
  const ledger = new Ledger(database.db);
  const tenant = 'neighbours';
  const comings = [endedEvent({ tenant }), endedEvent({ tenant: 'a\0b' }), endedEvent({ tenant })];
  // The first flies alone, the others wait for it and share a statement.
  const outcomes = await Promise.allSettled(comings.map((event) => ledger.book(event)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await ledger.months(tenant)).toMatchObject([{ succeeded: 2 }]);
});

test('what still comes is not forgotten', async () => {
  const ledger = new Ledger(database.db);
  const event = endedEvent({ tenant: 'late' });
  expect(await ledger.book(event)).toBe('handled');
  await database.pool.query(`UPDATE ledger_inbox SET at = at - interval '31 days'`);
  expect(await ledger.book(event)).toBe('duplicate');
  await ledger.purge(30);
  expect(await ledger.book(event)).toBe('duplicate');
  expect(await ledger.months('late')).toMatchObject([{ succeeded: 1 }]);
});

test('the inbox forgets after its days', async () => {
  const ledger = new Ledger(database.db);
  const event = endedEvent({ tenant: 'old' });
  await ledger.book(event);
  await database.pool.query(`UPDATE ledger_inbox SET at = at - interval '31 days'`);
  await ledger.purge(30);
  const { rows } = await database.pool.query('SELECT count(*)::int AS count FROM ledger_inbox');
  expect(rows).toEqual([{ count: 0 }]);
});
