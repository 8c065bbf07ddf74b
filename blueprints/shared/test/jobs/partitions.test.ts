import { v7 as uuidv7 } from 'uuid';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DeadLetters } from '../../src/jobs/dead-letters.ts';
import { firstIdAt } from '../../src/jobs/ids.ts';
import { createMonth, purgeUnpartitioned } from '../../src/jobs/partition-statements.ts';
import { keepMonths } from '../../src/jobs/partitions.ts';
import { JobReader } from '../../src/jobs/reader.ts';
import { purge } from '../../src/jobs/retention.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { testDatabase } from '../support/database.ts';
import { newJob } from '../support/jobs.ts';
import { silent } from '../support/log.ts';

const database = testDatabase();
const retentionDays = 30;
let store: JobStore;
let letters: DeadLetters;

beforeAll(() => {
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  letters = new DeadLetters(database.db);
});

const at = (moment: string) => new Date(`${moment}Z`);

/** What a worker's chore does in one go, at a pretended moment. */
async function keep(moment: string) {
  const options = { retentionDays, now: at(moment) };
  while (await keepMonths(database.db, options, silent));
}

async function partitionsOf(table: string): Promise<string[]> {
  const { rows } = await database.pool.query(
    'SELECT relid::text AS name FROM pg_partition_tree($1) WHERE isleaf ORDER BY name',
    [table],
  );
  return rows.map(({ name }) => name);
}

const marks = async () => {
  const { rows } = await database.pool.query(
    `SELECT conname FROM pg_constraint WHERE contype = 'c' AND conname LIKE 'not\\_%'`,
  );
  return rows.map(({ conname }) => conname);
};

/** Where the rows of a job are. */
async function placesOf(id: string) {
  const { rows } = await database.pool.query(
    `SELECT tableoid::regclass::text AS place FROM jobs WHERE id = $1
     UNION SELECT tableoid::regclass::text FROM job_events WHERE job_id = $1 ORDER BY place`,
    [id],
  );
  return rows.map(({ place }) => place);
}

async function createAt(moment: string) {
  const id = uuidv7({ msecs: at(moment).getTime() });
  await store.create(newJob({ id, webhookUrl: 'https://example.com/hook' }));
  return id;
}

async function finish(id: string, run = 1) {
  await store.claim({ id, run });
  await store.finish({ id, run }, {});
}

async function die(id: string) {
  await store.claim({ id, run: 1 });
  const error = { name: 'Error', message: 'wrong', stack: '' };
  await store.fail({ id, run: 1, error, permanent: true });
}

const countOf = async (table: string, id: string) => {
  const values = [id];
  const { rows } = await database.pool.query(
    `SELECT count(*)::int FROM ${table} WHERE job_id = $1`,
    values,
  );
  return rows[0].count;
};

beforeEach(async () => {
  const { rows } = await database.pool.query(
    'SELECT job_partition(t, month) AS name FROM job_months, unnest($1::text[]) AS t',
    [['jobs', 'job_events']],
  );
  for (const { name } of rows) await database.pool.query(`DROP TABLE ${name}`);
  await database.pool.query(
    'TRUNCATE job_months, jobs, job_events, dead_letters, webhook_deliveries',
  );
});

describe('months to come', () => {
  test('are there ahead, whoever keeps them', async () => {
    await Promise.all(Array.from({ length: 4 }, () => keep('2031-11-15T12:00:00')));
    await keep('2031-11-15T12:00:00');
    const months = ['2031_12', '2032_01', '2032_02'];
    expect(await partitionsOf('jobs')).toEqual([...months.map((m) => `jobs_${m}`), 'jobs_default']);
    expect(await partitionsOf('job_events')).toEqual([
      ...months.map((m) => `job_events_${m}`),
      'job_events_default',
    ]);
    expect(await marks()).toEqual([]);
  });

  test('have the jobs that are created in them, from the first moment to the last', async () => {
    await keep('2031-01-31T23:59:59');
    const before = await createAt('2031-01-31T23:59:59.999');
    const first = await createAt('2031-02-01T00:00:00.000');
    const last = await createAt('2031-02-28T23:59:59.999');
    const next = await createAt('2031-03-01T00:00:00.000');
    await Promise.all([before, first, last, next].map((id) => store.claim({ id, run: 1 })));
    expect(await placesOf(before)).toEqual(['job_events_default', 'jobs_default']);
    expect(await placesOf(first)).toEqual(['job_events_2031_02', 'jobs_2031_02']);
    expect(await placesOf(last)).toEqual(['job_events_2031_02', 'jobs_2031_02']);
    expect(await placesOf(next)).toEqual(['job_events_2031_03', 'jobs_2031_03']);
  });

  test('are created without a look through the default partitions', async () => {
    const client = await database.pool.connect();
    const told: (string | undefined)[] = [];
    client.on('notice', ({ message }) => told.push(message));
    await client.query('SET client_min_messages = debug1');
    const values = ['2031-05-01', firstIdAt(at('2031-05-01')), firstIdAt(at('2031-06-01'))];
    for (let i = 0; i < 3; i += 1) await client.query(createMonth.text, values);
    client.release(true);
    const spared = /default partition "(.*)" is implied by existing constraints/;
    expect(told.flatMap((message) => message?.match(spared)?.[1] ?? [])).toEqual([
      'jobs_default',
      'job_events_default',
    ]);
  });

  test('are completed when a worker died over one, also over one that has begun', async () => {
    const [low, high] = [firstIdAt(at('2031-05-01')), firstIdAt(at('2031-06-01'))];
    const step = () => database.db.first(createMonth, ['2031-05-01', low, high]);
    expect(await step()).toEqual({ taken: true });
    expect(await marks()).toEqual(['not_2031_05', 'not_2031_05']);
    await keep('2031-05-02T00:00:00');
    expect(await marks()).toEqual([]);
    expect(await partitionsOf('jobs')).toEqual([
      'jobs_2031_06',
      'jobs_2031_07',
      'jobs_2031_08',
      'jobs_default',
    ]);
    await createAt('2031-05-02T00:00:00');
  });

  test('are not created once it is too late: their jobs are in the default partition', async () => {
    const month = new Date().toISOString().slice(0, 8).concat('01');
    const values = [month, firstIdAt(new Date(month)), firstIdAt(new Date(Date.now() + 1000))];
    expect(await database.db.first(createMonth, values)).toEqual({ taken: false });
    const id = await createAt(new Date().toISOString().slice(0, -1));
    await finish(id);
    const later = new Date(Date.now() - 31 * 86_400_000);
    await database.pool.query('UPDATE jobs SET id = $2, finished_at = $3 WHERE id = $1', [
      id,
      uuidv7({ msecs: later.getTime() }),
      later,
    ]);
    await purge(database.db, retentionDays, purgeUnpartitioned);
    const { rows } = await database.pool.query('SELECT id FROM jobs');
    expect(rows).toEqual([]);
  });
});

describe('a past month', () => {
  test('goes with all that is its own, when its jobs are finished and past the retention', async () => {
    await keep('2031-01-15T00:00:00');
    const gone = await createAt('2031-02-10T00:00:00');
    const dead = await createAt('2031-02-11T00:00:00');
    const stays = await createAt('2031-03-10T00:00:00');
    await Promise.all([finish(gone), die(dead), finish(stays)]);
    await keep('2031-03-01T00:00:00');
    await keep('2031-03-30T23:59:59');
    expect(await partitionsOf('jobs')).toContain('jobs_2031_02');
    await keep('2031-03-31T00:00:01');
    expect(await partitionsOf('jobs')).not.toContain('jobs_2031_02');
    expect(await partitionsOf('job_events')).not.toContain('job_events_2031_02');
    for (const id of [gone, dead]) {
      expect(await countOf('webhook_deliveries', id)).toBe(0);
      expect(await countOf('dead_letters', id)).toBe(0);
    }
    expect(await placesOf(stays)).toEqual(['job_events_2031_03', 'jobs_2031_03']);
    expect(await countOf('webhook_deliveries', stays)).toBe(1);
  });

  test('stays while one of its jobs is unfinished, and as long as that is not past', async () => {
    await keep('2031-01-15T00:00:00');
    const waiting = await createAt('2031-02-10T00:00:00');
    await keep('2032-02-10T00:00:00');
    await keep('2033-02-10T00:00:00');
    expect(await placesOf(waiting)).toHaveLength(1);
    await store.claim({ id: waiting, run: 1 });
    await keep('2034-02-10T00:00:00');
    expect(await placesOf(waiting)).toHaveLength(2);
    await store.finish({ id: waiting, run: 1 }, {});
    await keep('2035-02-10T00:00:00');
    await keep('2035-03-11T00:00:00');
    expect(await placesOf(waiting)).toHaveLength(2);
    await keep('2035-03-13T00:00:00');
    expect(await placesOf(waiting)).toEqual([]);
  });

  test('stays when one of its dead jobs starts over', async () => {
    await keep('2031-01-15T00:00:00');
    const id = await createAt('2031-02-10T00:00:00');
    await die(id);
    await keep('2031-03-01T00:00:00');
    const { rows } = await database.pool.query('SELECT id FROM dead_letters');
    await letters.replay(rows[0].id);
    await keep('2031-05-01T00:00:00');
    expect(await placesOf(id)).toHaveLength(2);
    await finish(id, 2);
    await keep('2031-05-02T00:00:00');
    await keep('2031-05-31T00:00:00');
    expect(await placesOf(id)).toHaveLength(2);
    await keep('2031-06-02T00:00:00');
    expect(await placesOf(id)).toEqual([]);
  });
});

test('nobody notices when months come and go: no error, no job lost', async () => {
  const reader = new JobReader(database.db);
  const stop = new AbortController();
  let now = at('2031-01-15T00:00:00');
  let done = 0;
  const work = async (clock: () => Date) => {
    const jobs = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
    while (!stop.signal.aborted) {
      const ids = [1, 2, 3].map(() => uuidv7({ msecs: clock().getTime() }));
      await Promise.all(ids.map((id) => jobs.create(newJob({ id }))));
      await reader.list({ tenant: 't1', limit: 20 });
      await Promise.all(ids.map((id) => jobs.claim({ id, run: 1 })));
      const finished = await Promise.all(ids.map((id) => jobs.finish({ id, run: 1 }, {})));
      expect(finished.filter(Boolean)).toHaveLength(3);
      done += 3;
    }
  };
  const keepThrough = async () => {
    const seen = new Set<string>();
    for (let month = 1; month <= 24 && !stop.signal.aborted; month += 1) {
      now = new Date(Date.UTC(2031, month, 15));
      // What does not get its locks in time is repeated, as in a worker.
      for (let more = true; more; ) {
        more = await keepMonths(database.db, { retentionDays, now }, silent).catch((error) => {
          expect(error).toMatchObject({ code: '55P03' });
          return true;
        });
      }
      for (const name of await partitionsOf('jobs')) seen.add(name);
    }
    return seen.size - (await partitionsOf('jobs')).length;
  };
  await keep('2031-01-15T00:00:00');
  const load = [work(() => now), work(() => now), work(() => new Date())];
  const kept = keepThrough().finally(() => stop.abort());
  await Promise.all(load).finally(() => stop.abort());
  expect(await kept).toBeGreaterThan(15);
  expect(done).toBeGreaterThan(0);
}, 60_000);
