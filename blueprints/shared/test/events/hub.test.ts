import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { Doorbell } from '../../src/events/doorbell.ts';
import { EventHub, type HubOptions } from '../../src/events/hub.ts';
import { DeadLetters } from '../../src/jobs/dead-letters.ts';
import { JobReader } from '../../src/jobs/reader.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { testDatabase } from '../support/database.ts';
import { readEvents, streamServer } from '../support/events.ts';
import { createJob, newJob } from '../support/jobs.ts';
import { silent } from '../support/log.ts';
import { until } from '../support/wait.ts';

const database = testDatabase();
const server = streamServer(database);
const never = 3_600_000;
const error = { name: 'AiError', message: 'wrong', stack: 'secret places' };
const hubs: EventHub[] = [];
/** Whose transitions ring, and whose do not. */
let store: JobStore;
let mute: JobStore;

beforeAll(() => {
  const { ring: onEvents } = new Doorbell(database.db, silent);
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 0, onEvents });
  mute = new JobStore(database.db, { leaseS: 30, backoffMs: 0 });
});
afterEach(() => {
  for (const hub of hubs.splice(0)) hub.close();
});

/** A hub that the server has from now on. By itself it looks for nothing, unless told to. */
function newHub(options: Partial<HubOptions> = {}) {
  const { db, url: listenUrl } = database;
  const hub = new EventHub({ db, listenUrl, max: 2000, pollMs: never, ...options }, silent);
  hubs.push(hub);
  server.hub = hub;
  return hub;
}

const read = (id: string, after?: number) =>
  readEvents(server.url(id), after === undefined ? {} : { 'last-event-id': String(after) });

const eventsOf = async (id: string, after?: number) => {
  const reading = await read(id, after);
  await reading.over;
  return reading.events();
};

/** Fails once, then succeeds: queued, active, progress, retrying, active, succeeded. */
async function live(id: string, by = store) {
  await by.claim({ id, run: 1 });
  await by.progress({ id, run: 1 }, 40);
  await by.fail({ id, run: 1, error, permanent: false });
  await by.claim({ id, run: 2 });
  await by.finish({ id, run: 2 }, { summary: 'short' });
}

const life = ['queued', 'active', 'progress', 'retrying', 'active', 'succeeded'];

describe('a stream', () => {
  test('tells all of a job, in order, with what each change made of it', async () => {
    newHub();
    const { id } = await createJob(mute);
    await live(id, mute);
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await eventsOf(id)).toEqual([
      { id: 1, event: 'queued', data: { status: 'queued', attempts: 0, progress: 0, at } },
      { id: 2, event: 'active', data: { status: 'active', attempts: 1, progress: 0, at } },
      { id: 3, event: 'progress', data: { status: 'active', attempts: 1, progress: 40, at } },
      {
        id: 4,
        event: 'retrying',
        data: {
          status: 'retrying',
          attempts: 1,
          progress: 40,
          at,
          error: { name: 'AiError', message: 'wrong' },
        },
      },
      { id: 5, event: 'active', data: { status: 'active', attempts: 2, progress: 40, at } },
      {
        id: 6,
        event: 'succeeded',
        data: {
          status: 'succeeded',
          attempts: 2,
          progress: 100,
          at,
          result: { summary: 'short' },
        },
      },
    ]);
  });

  test('goes on past a death that was replayed, and ends at one that was not', async () => {
    newHub();
    const { id, run } = await createJob(mute);
    await mute.claim({ id, run });
    // The death is the last event of a full batch.
    for (let percent = 1; percent <= 17; percent += 1) await mute.progress({ id, run }, percent);
    await mute.fail({ id, run, error, permanent: true });
    expect((await eventsOf(id)).at(-1)).toMatchObject({ id: 20, event: 'dead' });
    const letters = new DeadLetters(database.db);
    const [letter] = await letters.list({ tenant: 't1', limit: 1 });
    await letters.replay(letter?.id ?? '');
    const reading = await read(id);
    await until('the replay', () => reading.names().length === 21);
    expect(reading.names().slice(-2)).toEqual(['dead', 'queued']);
    await mute.cancel(id, 't1');
    expect((await eventsOf(id, 20)).map(({ event }) => event)).toEqual(['queued', 'cancelled']);
    reading.stop();
  });

  test('resumes after any event, in another process, with no gap and none twice', async () => {
    newHub();
    const { id } = await createJob(store);
    await live(id);
    const all = await eventsOf(id);
    newHub();
    for (const { id: last } of all.slice(0, -1)) {
      expect(await eventsOf(id, last)).toEqual(all.slice(last));
    }
    expect((await read(id, 6)).response.status).toBe(204);
    expect((await read(id, 7)).response.status).toBe(422);
  });

  test('of many events comes in parts that join', async () => {
    newHub();
    const { id, run } = await createJob(mute);
    await mute.claim({ id, run });
    for (let percent = 1; percent < 100; percent += 1) await mute.progress({ id, run }, percent);
    await mute.finish({ id, run }, {});
    const ids = (await eventsOf(id)).map((event) => event.id);
    expect(ids).toEqual(Array.from({ length: 102 }, (_, i) => i + 1));
  });

  test('is one of several of the same job, each where it is', async () => {
    newHub();
    const { id } = await createJob(store);
    const readings = await Promise.all([read(id), read(id), read(id, 1)]);
    await live(id);
    await Promise.all(readings.map(({ over }) => over));
    expect(readings.map((reading) => reading.names())).toEqual([life, life, life.slice(1)]);
  });
});

describe('news come', () => {
  test('by the doorbell, long before anybody looks', async () => {
    const hub = newHub();
    const { id } = await createJob(store);
    const reading = await read(id);
    await until('the first', () => hub.listening && reading.names().length === 1);
    await live(id);
    await reading.over;
    expect(reading.names()).toEqual(life);
  });

  test('by the timer alone, when no bell rings', async () => {
    newHub({ pollMs: 50 });
    const { id } = await createJob(mute);
    const reading = await read(id);
    await live(id, mute);
    await reading.over;
    expect(reading.names()).toEqual(life);
  });

  test('by the timer alone, when there is nothing to listen to', async () => {
    const hub = newHub({ pollMs: 50, listenUrl: 'postgres://127.0.0.1:1/none' });
    const { id } = await createJob(store);
    const reading = await read(id);
    await live(id);
    await reading.over;
    expect(reading.names()).toEqual(life);
    expect(hub.listening).toBe(false);
  });

  test('at the latest when the lost connection is back, and then by the doorbell again', async () => {
    const hub = newHub();
    const { id } = await createJob(store);
    const reading = await read(id);
    await until('listening', () => hub.listening);
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    await mute.claim({ id, run: 1 });
    await until('the one in between', () => reading.names().length === 2);
    await until('listening again', () => hub.listening);
    await store.finish({ id, run: 1 }, {});
    await reading.over;
    expect(reading.names()).toEqual(['queued', 'active', 'succeeded']);
  });
});

describe('an open stream', () => {
  test('sends a comment while it is silent', async () => {
    newHub({ beatMs: 50 });
    const { id } = await createJob(store);
    const reading = await read(id);
    await until('three comments', () => (reading.text().match(/^:$/gm) ?? []).length >= 3);
    expect(reading.text()).toMatch(/^retry: (?:[12]\d{3}|3000)$/m);
    expect(reading.names()).toEqual(['queued']);
    reading.stop();
  });

  test('ends at its age, and with its process', async () => {
    const { id } = await createJob(store);
    newHub({ beatMs: 50, maxAgeMs: 100 });
    await (await read(id)).over;
    const hub = newHub();
    const reading = await read(id);
    hub.close();
    await reading.over;
    await until('none', () => hub.open === 0);
    expect((await read(id)).response.status).toBe(503);
  });

  test('takes a place, until its client leaves', async () => {
    const hub = newHub({ max: 2 });
    const { id } = await createJob(store);
    const readings = [await read(id), await read(id)];
    expect((await read(id)).response.status).toBe(503);
    readings[0]?.stop();
    await until('a place', () => hub.open === 1);
    const third = await read(id);
    expect(third.response.status).toBe(200);
    for (const reading of [...readings, third]) reading.stop();
  });

  test('is cut when its client takes nothing, which holds up nobody', async () => {
    const hub = newHub({ beatMs: 100 });
    const { id } = await createJob(mute);
    const events = 20_000;
    await database.pool.query(
      `INSERT INTO job_events (job_id, seq, type, failures, progress, error)
       SELECT $1, n, 'retrying', 0, 0, jsonb_build_object('name', 'E', 'message', repeat('x', 2000))
       FROM generate_series(2, $2::int) AS n`,
      [id, events],
    );
    await database.pool.query('UPDATE jobs SET event_seq = $2 WHERE id = $1', [id, events]);
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.pause();
    socket.write(`GET /${id} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await until('its stream', () => hub.open === 1);
    const other = await createJob(store);
    const reading = await read(other.id);
    await live(other.id);
    await reading.over;
    expect(reading.names()).toEqual(life);
    await until('the cut', () => hub.open === 0);
    expect(hub.sent).toBeLessThan(events);
    socket.destroy();
  });
});

test('a thousand streams are served by few statements', async () => {
  let statements = 0;
  class Counting extends Database {
    override query: Database['query'] = (statement, values) => {
      statements += 1;
      return super.query(statement, values);
    };
  }
  const options = { url: database.url, size: 2, acquireMs: 5000, statementMs: 10_000 };
  const db = new Counting({ ...options, name: 'counting' }, silent);
  const hub = newHub({ db, pollMs: 1000 });
  const reader = new JobReader(database.db);
  const runs = await Promise.all(Array.from({ length: 1000 }, () => createJob(mute, newJob())));
  const ended: Promise<unknown>[] = [];
  for (const { id } of runs) {
    const job = await reader.find(id, 't1');
    const stream = job && hub.stream(job);
    if (stream) ended.push(once(stream.resume(), 'end'));
  }
  await until('all first events', () => hub.sent === 1000);
  statements = 0;
  await sleep(3000);
  expect(statements).toBeGreaterThan(0);
  expect(statements).toBeLessThan(20);
  statements = 0;
  await Promise.all(runs.map((run) => mute.claim(run)));
  await Promise.all(runs.map((run) => mute.finish(run, {})));
  await Promise.all(ended);
  expect(hub.sent).toBe(3000);
  expect(statements).toBeLessThan(20);
  hub.close();
  await db.close();
});
