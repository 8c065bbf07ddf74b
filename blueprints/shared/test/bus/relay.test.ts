import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FaultProxy } from '../../faults/proxy.ts';
import { declareTopology } from '../../src/bus/consumer/declare.ts';
import { announced } from '../../src/bus/outbox.ts';
import { eventsExchange, isSubscribed, queueOf } from '../../src/bus/topology.ts';
import { viewOf } from '../../src/jobs/http/view.ts';
import { JobReader } from '../../src/jobs/reader.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { takeMessages, testBus, testRelay } from '../support/bus.ts';
import { testDatabase } from '../support/database.ts';
import { createJob, rowOf } from '../support/jobs.ts';
import { testPort } from '../support/processes.ts';
import { until } from '../support/wait.ts';

const database = testDatabase();
const bus = testBus();
const small = testBus({ BUS_QUEUE_LIMIT: 5 });
const robbed = testBus();
const error = { name: 'Error', message: 'wrong', stack: '' };
let store: JobStore;

beforeAll(async () => {
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  for (const { rabbit, config } of [bus, small]) {
    await declareTopology(rabbit, config);
    const queue = queueOf(config, 'ledger');
    await rabbit.queueBind({ exchange: eventsExchange(config), queue, routingKey: '#' });
  }
});
beforeEach(() => database.pool.query('TRUNCATE domain_events'));

async function endJob(how: string): Promise<string> {
  const run = await createJob(store);
  if (how === 'cancelled') await store.cancel(run.id, 't1');
  else await store.claim(run);
  if (how === 'succeeded') await store.finish(run, { summary: 'short' });
  if (how === 'dead') await store.fail({ ...run, permanent: true, error });
  return run.id;
}

/** So many events of no job, each with so much that cannot be compressed; their ids. */
async function announce(count: number, kb = 0): Promise<string[]> {
  const { rows } = await database.pool.query(
    `INSERT INTO domain_events (type, tenant, data) SELECT 'job.noted', 't1', to_jsonb(
       (SELECT string_agg(md5(random()::text || n || m), '') FROM generate_series(0, $2 * 32) AS m))
     FROM generate_series(1, $1::int) AS n RETURNING id`,
    [count, kb],
  );
  await makeDue();
  return rows.map(({ id }) => id);
}

const outbox = async () => {
  const { rows } = await database.pool.query('SELECT * FROM domain_events ORDER BY id');
  return rows;
};

/** As if no backoff were left, nor the millisecond up to which times are rounded. */
const makeDue = () =>
  database.pool.query(`UPDATE domain_events SET due_at = now() - interval '1 s'`);

describe('the end of a job', () => {
  test.each(['succeeded', 'dead', 'cancelled'])('is told as HTTP shows it: %s', async (how) => {
    await using worker = await testRelay(database, bus.config);
    const id = await endJob(how);
    const [event] = await outbox();
    await worker.relay.tick();
    const [message, ...others] = await takeMessages(bus, 'ledger');
    expect(others).toEqual([]);
    const job = await new JobReader(database.db).find(id, 't1');
    const type = `job.${how}`;
    const timestamp = event.created_at.toISOString();
    expect(message).toMatchObject({
      exchange: `${bus.config.BUS_NAME}.events`,
      routingKey: type,
      messageId: event.id,
      type,
      durable: true,
      contentType: 'application/json',
      timestamp: Math.floor(event.created_at.getTime() / 1000),
      headers: { traceparent: (await rowOf(database.pool, id)).traceparent },
      body: { id: event.id, type, timestamp, tenant: 't1', data: job && viewOf(job) },
    });
    expect(await outbox()).toEqual([]);
  });

  test('is no event before it is one', async () => {
    const run = await createJob(store);
    await store.claim(run);
    await store.fail({ ...run, permanent: false, error });
    expect(await outbox()).toEqual([]);
  });

  test('has an id that tells when', async () => {
    const before = Date.now();
    await endJob('succeeded');
    await endJob('cancelled');
    for (const { id } of await outbox()) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const at = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
      expect(at).toBeGreaterThanOrEqual(before - 1000);
      expect(at).toBeLessThanOrEqual(Date.now() + 1000);
    }
  });
});

describe('an event of your own', () => {
  const event = announced({ type: "'job.paid'", data: 'to_jsonb(changed)', from: 'changed' });
  const pay = `WITH changed AS (SELECT 't7' AS tenant, 5 AS amount), ${event} SELECT 1`;

  test('is published with what it says', async () => {
    await using worker = await testRelay(database, bus.config);
    await database.pool.query(pay);
    await makeDue();
    await worker.relay.tick();
    const [message] = await takeMessages(bus, 'ledger');
    const data = { tenant: 't7', amount: 5 };
    expect(message?.body).toMatchObject({ type: 'job.paid', tenant: 't7', data });
    expect(message?.headers).not.toHaveProperty('traceparent');
  });

  test('is gone with the transaction that it was of', async () => {
    const client = await database.pool.connect();
    await client.query('BEGIN');
    await client.query(pay);
    await client.query('ROLLBACK');
    client.release();
    expect(await outbox()).toEqual([]);
  });
});

test('an event that cannot be told holds up no other', async () => {
  await using worker = await testRelay(database, bus.config);
  await database.pool.query(
    `INSERT INTO domain_events (type, tenant, data) VALUES ('job.dead', 't1', '"no job"')`,
  );
  const [id] = await announce(1);
  await worker.relay.tick();
  expect(await takeMessages(bus, 'ledger')).toMatchObject([{ messageId: id }]);
  expect(await outbox()).toMatchObject([{ type: 'job.dead', attempts: 1 }]);
});

test('any number of relays publish each event once while nothing breaks', async () => {
  await using first = await testRelay(database, bus.config);
  await using second = await testRelay(database, bus.config);
  const ids = await announce(900);
  const work = async ({ relay }: typeof first) => {
    while (await relay.tick());
  };
  await Promise.all([work(first), work(second)]);
  await work(first);
  const messages = await takeMessages(bus, 'ledger');
  expect(messages.map(({ messageId }) => messageId).toSorted()).toEqual(ids.toSorted());
});

test('an event whose queue somebody has deleted goes when it is there again', async () => {
  await using worker = await testRelay(database, robbed.config);
  const ids = [await endJob('succeeded')];
  await makeDue();
  await worker.relay.tick();
  await robbed.rabbit.queueDelete({ queue: queueOf(robbed.config, 'ledger') });
  ids.push(await endJob('succeeded'));
  await makeDue();
  expect(await worker.relay.tick()).toBe(false);
  expect(await outbox()).toMatchObject([{ type: 'job.succeeded', attempts: 1 }]);
  await until('the event', async () => {
    await makeDue();
    await worker.relay.tick();
    return (await outbox()).length === 0;
  });
  const messages = await takeMessages(robbed, 'ledger');
  expect(messages).toMatchObject([{ body: { data: { id: ids[1] } } }]);
});

test('which events have a queue here', () => {
  expect(isSubscribed('job.succeeded')).toBe(true);
  expect(isSubscribed('invoice.paid')).toBe(false);
});

test('large events go a few at a time', async () => {
  await using worker = await testRelay(database, bus.config);
  const ids = await announce(3, 700);
  expect(await worker.relay.tick()).toBe(true);
  expect(await takeMessages(bus, 'ledger')).toHaveLength(2);
  expect(await worker.relay.tick()).toBe(true);
  expect(await takeMessages(bus, 'ledger')).toMatchObject([{ messageId: ids[2] }]);
  expect(await worker.relay.tick()).toBe(false);
});

test('what a full queue refuses stays in the outbox, until there is room', async () => {
  await using worker = await testRelay(database, small.config);
  const received = new Set<string | undefined>();
  const ids = await announce(40);
  // A quorum queue takes what was on its way when it became full.
  await worker.relay.tick();
  ids.push(...(await announce(40)));
  await worker.relay.tick();
  const refused = await outbox();
  expect(refused.length).toBeGreaterThan(0);
  // What the first turn put back may have been due again in the second.
  expect(refused.every(({ attempts, due_at }) => attempts >= 1 && due_at)).toBe(true);
  const nacked = /^bus_events_total\{outcome="nacked"\} (\d+)$/m;
  const told = Number(nacked.exec(await worker.registry.metrics())?.[1]);
  expect(told).toBeGreaterThanOrEqual(refused.length);
  // However often it is refused.
  for (let turn = 0; turn < 8; turn += 1) {
    await makeDue();
    await worker.relay.tick();
  }
  expect((await outbox()).length).toBeGreaterThan(0);
  await until('all events', async () => {
    for (const { messageId } of await takeMessages(small, 'ledger')) received.add(messageId);
    await makeDue();
    await worker.relay.tick();
    return (await outbox()).length === 0 && received.size === ids.length;
  });
  expect([...received].toSorted()).toEqual(ids.toSorted());
});

describe('without RabbitMQ', () => {
  const proxied = async () => {
    const proxy = await FaultProxy.open(bus.config.RABBITMQ_URL, await testPort());
    return { proxy, config: { ...bus.config, RABBITMQ_URL: proxy.url } };
  };

  test('events stay as they are, and go when it is back', async () => {
    const { proxy, config } = await proxied();
    await using worker = await testRelay(database, config);
    proxy.refuse();
    proxy.cut();
    await until('the loss', () => !worker.publisher.available);
    const [id] = await announce(1);
    expect(await worker.relay.tick()).toBe(false);
    expect(await outbox()).toMatchObject([{ id, attempts: 0 }]);
    expect(await worker.registry.metrics()).toMatch(/^bus_up 0$/m);
    await proxy.accept();
    await until('RabbitMQ', () => worker.publisher.available);
    await worker.relay.tick();
    expect(await takeMessages(bus, 'ledger')).toMatchObject([{ messageId: id }]);
    proxy.close();
  });

  test('what was cut off half way goes again', async () => {
    const { proxy, config } = await proxied();
    await using worker = await testRelay(database, config);
    const ids = await announce(200);
    const [connection] = proxy.connections;
    if (connection) connection.fuse = { afterBytes: 30_000, by: 'reset' };
    await worker.relay.tick();
    expect((await outbox()).length).toBeGreaterThan(0);
    await until('all events', async () => {
      await makeDue();
      await worker.relay.tick();
      return (await outbox()).length === 0;
    });
    const received = (await takeMessages(bus, 'ledger')).map(({ messageId }) => messageId);
    expect([...new Set(received)].toSorted()).toEqual(ids.toSorted());
    proxy.close();
  });

  test('a connection that confirms nothing is left for another', async () => {
    const { proxy, config } = await proxied();
    await using worker = await testRelay(database, config);
    await announce(1);
    await worker.relay.tick();
    for (const connection of proxy.connections) connection.hold('down');
    const [id] = await announce(1);
    expect(await worker.relay.tick()).toBe(false);
    expect(await outbox()).toMatchObject([{ id, attempts: 1 }]);
    await until('the event', async () => {
      await makeDue();
      await worker.relay.tick();
      return (await outbox()).length === 0;
    });
    await takeMessages(bus, 'ledger');
    proxy.close();
  }, 20_000);

  test('one that does not answer holds up no shutdown', async () => {
    const { proxy, config } = await proxied();
    const worker = await testRelay(database, config);
    await announce(1);
    proxy.hold('down');
    worker.relay.start();
    await until('an attempt', async () => (await outbox())[0]?.attempts === 1);
    await worker.relay.close();
    expect(await outbox()).toHaveLength(1);
    proxy.close();
  });
});
