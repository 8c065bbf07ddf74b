import pg from 'pg';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FaultProxy } from '../../faults/proxy.ts';
import { loadConfig } from '../../src/config.ts';
import { createReads, type ReplicaReads } from '../../src/database/replica/create.ts';
import { statement } from '../../src/database/statement.ts';
import { JobReader } from '../../src/jobs/reader.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { testDatabase } from '../support/database.ts';
import { createJob } from '../support/jobs.ts';
import { silent } from '../support/log.ts';
import { testPort } from '../support/processes.ts';
import { until } from '../support/wait.ts';

const replica = process.env.DATABASE_REPLICA_URL?.split(',')[0] ?? '';
if (!replica) {
  throw new Error(
    'DATABASE_REPLICA_URL is not set: without a standby there is nothing to see. archgen starts one:\n\n' +
      '  archgen services -- npm test\n',
  );
}
const stalenessS = 4;
/** Half of it, and a look. */
const boundMs = 4000;

const where = statement<{ standby: boolean }>(
  'test.where',
  'SELECT pg_is_in_recovery() AS standby',
);

describe('reads', () => {
  const database = testDatabase();
  let standby: pg.Client;
  let proxy: FaultProxy;
  let registry: Registry;
  let made: ReplicaReads;

  const open = (overrides: NodeJS.ProcessEnv = {}) => {
    registry = new Registry();
    const config = loadConfig({
      DATABASE_URL: database.url,
      DATABASE_REPLICA_URL: proxy.url,
      REDIS_URL: 'redis://nowhere',
      RABBITMQ_URL: 'amqp://nowhere',
      AI_BASE_URL: 'http://nowhere',
      STALENESS_S: String(stalenessS),
      ...overrides,
    });
    return createReads({ config, db: database.db, registry, log: silent });
  };

  beforeAll(async () => {
    const url = new URL(replica);
    url.pathname = new URL(database.url).pathname;
    standby = await until('the standby to have the database', async () => {
      const client = new pg.Client({ connectionString: url.href });
      client.on('error', () => {});
      return client.connect().then(
        () => client,
        () => null,
      );
    });
    proxy = await FaultProxy.open(url.href, await testPort());
  });
  beforeEach(() => {
    made = open();
  });
  afterEach(async () => {
    await standby.query('SELECT pg_wal_replay_resume()');
    await proxy.heal();
    await made.close();
  });
  afterAll(async () => {
    proxy?.close();
    await standby?.end();
  });

  const server = async () => ((await made.reads.first(where))?.standby ? 'standby' : 'primary');
  const readsFrom = (name: string) =>
    until(`reads from the ${name}`, async () => (await server()) === name);

  /** Reads on and on, each of which has to be answered, for so long or until one is as wanted. */
  async function readOn(ms: number, wanted?: string) {
    const end = performance.now() + ms;
    let slowest = 0;
    let name = '';
    while (performance.now() < end && name !== wanted) {
      const startedAt = performance.now();
      name = await server();
      slowest = Math.max(slowest, performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return { name, slowest };
  }

  test('go to the standby, and say how old they may be', async () => {
    await readsFrom('standby');
    expect(made.reads.ageMs).toBeGreaterThan(0);
    expect(made.reads.ageMs).toBeLessThanOrEqual(stalenessS * 500);
    expect(await registry.metrics()).toMatch(/database_reads_total\{server="replica"\} [1-9]/);
    expect(await registry.metrics()).toContain('database_replicas_fresh 1');
    const lag = /database_replica_lag_seconds\{replica=".+"\} (\S+)/.exec(await registry.metrics());
    expect(Number(lag?.[1])).toBeLessThanOrEqual(boundMs / 1000);
  });

  test('are lists; a job is there as soon as it was accepted', async () => {
    const reader = new JobReader(database.db, made.reads);
    await readsFrom('standby');
    await standby.query('SELECT pg_wal_replay_pause()');
    const { id } = await createJob(new JobStore(database.db, { leaseS: 30, backoffMs: 1 }));
    expect(await reader.find(id, 't1')).toBeDefined();
    const list = () => reader.list({ tenant: 't1', limit: 10 });
    expect(await list()).toEqual([]);
    const listed = until('the job in the list', async () => (await list()).length > 0, boundMs);
    expect(await listed).toBe(true);
    expect(await server()).toBe('primary');
  });

  test('leave a standby that falls behind, and come back to it', async () => {
    await readsFrom('standby');
    await standby.query('SELECT pg_wal_replay_pause()');
    expect((await readOn(boundMs, 'primary')).name).toBe('primary');
    expect(made.reads.ageMs).toBe(0);
    await standby.query('SELECT pg_wal_replay_resume()');
    await readsFrom('standby');
  });

  test.each([
    ['is gone', () => proxy.close()],
    ['is silent', () => proxy.hold()],
  ])('go on when the standby %s, and come back to it', async (_what, fail) => {
    await readsFrom('standby');
    const reading = Array.from({ length: 5 }, () => readOn(boundMs));
    fail();
    for (const { name, slowest } of await Promise.all(reading)) {
      expect(name).toBe('primary');
      expect(slowest).toBeLessThan(boundMs);
    }
    await proxy.heal();
    await readsFrom('standby');
  });

  test('go on when the standby ends their connections', async () => {
    await readsFrom('standby');
    const reading = Array.from({ length: 5 }, () => readOn(1000));
    await standby.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await Promise.all(reading);
    await readsFrom('standby');
  });

  test('may be of no age: then all are the primary’s', async () => {
    const strict = open({ STALENESS_S: '0' });
    expect(await strict.reads.first(where)).toEqual({ standby: false });
    await strict.close();
  });

  test('use the standbys that are there', async () => {
    const gone = new URL(proxy.url);
    gone.port = String(await testPort());
    const both = open({ DATABASE_REPLICA_URL: `${gone.href},${proxy.url}` });
    await until('the standby', async () => (await both.reads.first(where))?.standby);
    for (let i = 0; i < 10; i += 1)
      expect(await both.reads.first(where)).toEqual({ standby: true });
    await both.close();
  });
});
