import { Registry } from 'prom-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { summarize } from '../../src/jobs/types/summarize/type.ts';
import type { Cadence } from '../../src/schedules/cadence.ts';
import { scheduleMetrics } from '../../src/schedules/metrics.ts';
import { Schedules } from '../../src/schedules/schedules.ts';
import { dueSchedules } from '../../src/schedules/statements.ts';
import { Ticker } from '../../src/schedules/ticker.ts';
import { testDatabase } from '../support/database.ts';
import { eventsOf } from '../support/jobs.ts';
import { silent } from '../support/log.ts';

const database = testDatabase();
const hourly: Cadence = { cron: null, time_zone: null, every_s: 3600 };
const key = { tenant: 't1', name: 'reports' };
const definition = { ...key, type: 'summarize', input: { text: 'a text' }, cadence: hourly };
const metrics = () => scheduleMetrics(new Registry(), database.db, []);

function ticker({ types = [summarize], metrics: counted = metrics(), db = database.db } = {}) {
  const options = { types, maxAttempts: 7, keyTtlH: 24, metrics: counted };
  return new Ticker(db, options, silent);
}

/** One to whom something happens between its look and its writing. */
const delayed = (meanwhile: () => Promise<unknown>) =>
  ticker({
    db: {
      query: async (statement: typeof dueSchedules, values: unknown[]) => {
        const rows = await database.db.query(statement, values);
        if (statement === dueSchedules) await meanwhile();
        return rows;
      },
    } as never,
  });

beforeEach(() => database.pool.query('TRUNCATE schedules, jobs, job_events, idempotency_keys'));

/** Pretends that so many seconds have passed for the schedule. */
const age = (seconds: number, name = key.name) =>
  database.pool.query(
    `UPDATE schedules SET created_at = created_at - $2 * interval '1 second',
       next_due_at = next_due_at - $2 * interval '1 second' WHERE name = $1`,
    [name, seconds],
  );

/** As workers would leave them: nothing waits. */
const finishJobs = () => setJobs(`status = 'succeeded', due_at = NULL, finished_at = now()`);

const setJobs = (what: string) => database.pool.query(`UPDATE jobs SET ${what}`);

async function jobs() {
  const { rows } = await database.pool.query('SELECT * FROM jobs ORDER BY id');
  return rows;
}

async function stateOf(name = key.name) {
  const { rows } = await database.pool.query(
    `SELECT next_due_at, last_tick_at, extract(epoch FROM next_due_at - clock_timestamp())::float8
       AS in_s FROM schedules WHERE name = $1`,
    [name],
  );
  return rows[0];
}

test('a tick makes a job like any other, and moves the schedule on by whole intervals', async () => {
  const first = await new Schedules(database.db).add(definition);
  expect(await ticker().tick()).toBe(false);
  expect(await jobs()).toEqual([]);

  await age(3601);
  await ticker().tick();
  const [job, ...others] = await jobs();
  expect(others).toEqual([]);
  expect(job).toMatchObject({
    tenant: 't1',
    type: 'summarize',
    input: { text: 'a text' },
    status: 'queued',
    run: 1,
    priority: 2,
    max_attempts: 7,
    published_at: null,
  });
  expect(job.due_at).not.toBeNull();
  expect(await eventsOf(database.pool, job.id)).toEqual(['queued']);
  const { next_due_at, last_tick_at } = await stateOf();
  expect(last_tick_at).toEqual(new Date((first?.getTime() ?? 0) - 3_601_000));
  expect(next_due_at).toEqual(new Date(last_tick_at.getTime() + 3_600_000));
});

test('of many workers that race for many ticks, one makes the job of each', async () => {
  const schedules = new Schedules(database.db);
  const names = Array.from({ length: 250 }, (_, n) => `schedule-${n}`);
  for (const name of names) await schedules.add({ ...definition, name });
  for (let round = 1; round <= 3; round += 1) {
    await finishJobs();
    // Never back to an instant that has had its job.
    for (const name of names) await age(3601, name);
    const workers = Array.from({ length: 6 }, () => ticker());
    await Promise.all(
      workers.map(async (worker) => {
        for (let look = 0; look < 5; look += 1) await worker.tick();
      }),
    );
    expect(await jobs()).toHaveLength(names.length * round);
  }
  const { rows } = await database.pool.query(
    'SELECT count(DISTINCT key)::int AS ticks FROM idempotency_keys',
  );
  expect(rows[0].ticks).toBe(names.length * 3);
});

test('a worker that comes late with its look changes nothing', async () => {
  await new Schedules(database.db).add(definition);
  await age(3601);
  let state = {};
  await delayed(async () => {
    await ticker().tick();
    await finishJobs();
    await age(3601);
    await ticker().tick();
    await finishJobs();
    state = await stateOf();
  }).tick();
  expect(await jobs()).toHaveLength(2);
  const { next_due_at, last_tick_at } = await stateOf();
  expect(state).toMatchObject({ next_due_at, last_tick_at });
});

test('of the ticks that nobody was there for one job comes, late', async () => {
  await new Schedules(database.db).add(definition);
  await age(10 * 3600 + 1);
  const workers = [ticker(), ticker()];
  await Promise.all(workers.map((worker) => worker.tick()));
  for (const worker of workers) await worker.tick();
  expect(await jobs()).toHaveLength(1);
  expect((await stateOf()).in_s).toBeGreaterThan(0);
});

test('a tick makes no job while that of the tick before waits, and the schedule moves on', async () => {
  const registry = new Registry();
  const counted = scheduleMetrics(registry, database.db, [summarize]);
  await new Schedules(database.db).add(definition);
  const tickAgain = async () => {
    await age(3601);
    const { next_due_at: tick } = await stateOf();
    await ticker({ metrics: counted }).tick();
    const { next_due_at, last_tick_at } = await stateOf();
    expect(last_tick_at).toEqual(tick);
    expect(next_due_at).toEqual(new Date(tick.getTime() + 3_600_000));
    return (await jobs()).length;
  };
  const told = async () => {
    const lines = (await registry.metrics()).split('\n');
    return lines.filter((line) => line.startsWith('schedule_ticks'));
  };
  expect(await told()).toContain('schedule_ticks_skipped_total{type="summarize"} 0');

  expect(await tickAgain()).toBe(1);
  expect(await tickAgain()).toBe(1);
  expect(await tickAgain()).toBe(1);
  await setJobs(`status = 'retrying'`);
  expect(await tickAgain()).toBe(1);
  await setJobs(`status = 'active', due_at = NULL, lease_until = now()`);
  expect(await tickAgain()).toBe(2);
  // Of the two it is the later one that counts.
  await database.pool.query(
    `UPDATE jobs SET status = 'succeeded' WHERE id = (SELECT max(id::text)::uuid FROM jobs)`,
  );
  expect(await tickAgain()).toBe(3);
  await database.pool.query('DELETE FROM jobs');
  expect(await tickAgain()).toBe(1);
  expect(await told()).toEqual([
    'schedule_ticks_total{type="summarize"} 4',
    'schedule_ticks_skipped_total{type="summarize"} 3',
  ]);
});

test('a waiting job holds up no other schedule, nor a job besides the ticks', async () => {
  const schedules = new Schedules(database.db);
  await schedules.add(definition);
  await age(3601);
  await ticker().tick();
  for (const tenant of ['t1', 't2']) await schedules.add({ ...definition, tenant, name: 'other' });
  await schedules.run(key, 3);
  await age(3601);
  await age(3601, 'other');
  await ticker().tick();
  expect((await jobs()).map(({ tenant }) => tenant)).toEqual(['t1', 't1', 't1', 't2']);
});

test('a job besides the ticks holds up none', async () => {
  const schedules = new Schedules(database.db);
  await schedules.add(definition);
  await schedules.run(key, 3);
  await age(3601);
  await ticker().tick();
  expect(await jobs()).toHaveLength(2);
});

test('there may be more after a full look, also if none of its ticks made a job', async () => {
  const schedules = new Schedules(database.db);
  const names = Array.from({ length: 101 }, (_, n) => `schedule-${n}`);
  for (const name of names) await schedules.add({ ...definition, name });
  for (const round of ['made', 'skipped']) {
    for (const name of names) await age(3601, name);
    expect([round, await ticker().tick()]).toEqual([round, true]);
    expect([round, await ticker().tick()]).toEqual([round, false]);
    expect(await jobs()).toHaveLength(101);
  }
});

test('a schedule that cannot tick, or whose type is unknown here, holds up no other', async () => {
  const schedules = new Schedules(database.db);
  for (const name of ['broken', 'newer', 'reports']) await schedules.add({ ...definition, name });
  await database.pool.query(`UPDATE schedules SET next_due_at = now() - interval '1 second',
    type = CASE name WHEN 'newer' THEN 'transcribe' ELSE type END,
    cron = CASE name WHEN 'broken' THEN 'at noon' END,
    time_zone = CASE name WHEN 'broken' THEN 'UTC' END,
    every_s = CASE name WHEN 'broken' THEN NULL ELSE every_s END`);
  await ticker().tick();
  expect(await jobs()).toHaveLength(1);
  expect((await stateOf('reports')).in_s).toBeGreaterThan(0);
  // What this worker does not know waits for one that does.
  expect((await stateOf('newer')).in_s).toBeLessThan(0);
  await ticker({ types: [{ ...summarize, name: 'transcribe' }] as never }).tick();
  expect(await jobs()).toHaveLength(2);
});

test('a tick is not repeated by a clock that was set back, nor by adding its schedule again', async () => {
  const schedules = new Schedules(database.db);
  await schedules.add(definition);
  await age(3601);
  await ticker().tick();
  const { last_tick_at } = await stateOf();
  await schedules.remove(key);
  await schedules.add(definition);
  await database.pool.query('UPDATE schedules SET next_due_at = $1', [last_tick_at]);
  await ticker().tick();
  expect(await jobs()).toHaveLength(1);
  expect((await stateOf()).in_s).toBeGreaterThan(0);
});

test('a tick that was repeated by a clock changes nothing about which job is waited for', async () => {
  await new Schedules(database.db).add(definition);
  await age(3601);
  await ticker().tick();
  await setJobs(`status = 'active'`);
  await database.pool.query('UPDATE schedules SET next_due_at = last_tick_at');
  await ticker().tick();
  await setJobs(`status = 'retrying'`);
  await age(3601);
  await ticker().tick();
  expect(await jobs()).toHaveLength(1);
});

describe('paused', () => {
  test('it does not tick; resumed it goes on, without what it missed', async () => {
    const schedules = new Schedules(database.db);
    await schedules.add(definition);
    await age(3601);
    expect(await schedules.pause(key)).toBe(true);
    expect(await schedules.pause(key)).toBe(false);
    await ticker().tick();
    expect(await jobs()).toEqual([]);
    const next = await schedules.resume(key);
    expect(await schedules.resume(key)).toBeNull();
    expect((await stateOf()).next_due_at).toEqual(next);
    await ticker().tick();
    expect(await jobs()).toEqual([]);
  });

  test('it stays so when a worker has just seen it due', async () => {
    const schedules = new Schedules(database.db);
    await schedules.add(definition);
    await age(3601);
    await delayed(() => schedules.pause(key)).tick();
    expect(await jobs()).toEqual([]);
    expect(await stateOf()).toMatchObject({ next_due_at: null, last_tick_at: null });
  });
});

test('run makes a job besides the ticks, also while paused', async () => {
  const schedules = new Schedules(database.db);
  await schedules.add(definition);
  await schedules.pause(key);
  const id = await schedules.run(key, 3);
  const [job] = await jobs();
  expect(job).toMatchObject({ id, max_attempts: 3, status: 'queued' });
  expect(await stateOf()).toMatchObject({ next_due_at: null, last_tick_at: null });
  expect(await schedules.run({ tenant: 't2', name: key.name }, 3)).toBeNull();
});

test('metrics tell how many ticks became jobs, and how late the next one is', async () => {
  const registry = new Registry();
  await new Schedules(database.db).add(definition);
  await age(3660);
  const counted = scheduleMetrics(registry, database.db, [summarize]);
  const [late] =
    (await registry.getSingleMetric('schedules_oldest_due_seconds')?.get())?.values ?? [];
  expect(late?.value).toBeGreaterThanOrEqual(60);
  await ticker({ metrics: counted }).tick();
  expect(await registry.metrics()).toContain('schedule_ticks_total{type="summarize"} 1');
});
