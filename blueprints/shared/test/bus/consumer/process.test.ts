import { afterEach, beforeAll, expect, test } from 'vitest';
import { FaultProxy } from '../../../faults/proxy.ts';
import type { DomainEvent } from '../../../src/bus/consumer/message.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import { endedEvent, testLedgerQueue } from '../../support/consumer.ts';
import { testDatabase } from '../../support/database.ts';
import { processes, type Started, testPort } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

const database = testDatabase();
const bus = testLedgerQueue();
const start = processes();
const running: Started[] = [];
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  env = {
    DATABASE_URL: database.url,
    DATABASE_DIRECT_URL: '',
    ...bus.env,
    CONSUMER_RETRY_MS: '50',
    AI_BASE_URL: 'http://127.0.0.1:1/v1',
    SHUTDOWN_GRACE_S: '5',
    SHUTDOWN_DRAIN_MS: '100',
    HOST: '127.0.0.1',
  };
});

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

const look = async (url: string) => (await fetch(url).catch(() => null)) ?? undefined;

async function startConsumer(given: NodeJS.ProcessEnv = {}) {
  const ops = `http://127.0.0.1:${await testPort()}`;
  const consumer = start('src/consumer.ts', { ...env, ...given, OPS_PORT: new URL(ops).port });
  running.push(consumer);
  return { ...consumer, ops };
}

async function subscribed(given: NodeJS.ProcessEnv = {}) {
  const consumer = await startConsumer(given);
  await until('the subscription', () => consumer.output().includes('"subscribed"'));
  return consumer;
}

const booked = async (tenant: string) => (await new Ledger(database.db).months(tenant))[0];

const counted = (tenant: string, count: number) =>
  until(`${count} events of ${tenant}`, async () => (await booked(tenant))?.succeeded === count);

test('it books events, says what it did, and ends when told to', async () => {
  const consumer = await subscribed();
  const events = Array.from({ length: 5 }, () => endedEvent({ tenant: 'plain' }));
  for (const event of events) await bus.publish(event);
  await counted('plain', 5);
  expect((await look(`${consumer.ops}/health/live`))?.status).toBe(200);
  const ready = await look(`${consumer.ops}/health/ready`);
  expect(await ready?.json()).toMatchObject({ status: 'ready', checks: { rabbitmq: 'ok' } });
  const metrics = await (await look(`${consumer.ops}/metrics`))?.text();
  expect(metrics).toContain('bus_event_duration_seconds_count{result="handled"} 5');
  expect(metrics).toContain('bus_consumer_up 1');
  expect(metrics).toContain('bus_dead_events 0');
  consumer.child.kill('SIGTERM');
  expect(await consumer.ended).toBe(0);
  for (const { id } of events) expect(consumer.output()).toContain(`"event_id":"${id}"`);
});

test('without a broker it is live, not ready, and says what is missing', async () => {
  const { ops, output } = await startConsumer({ RABBITMQ_URL: 'amqp://user:hunter2@127.0.0.1:1' });
  await until('live', () => look(`${ops}/health/live`));
  const ready = await look(`${ops}/health/ready`);
  expect(ready?.status).toBe(503);
  expect(await ready?.json()).toMatchObject({ checks: { rabbitmq: 'not yet seen since boot' } });
  await until('a word about it', () => output().includes('rabbitmq has not been seen'));
  expect(output()).not.toContain('hunter2');
});

test('killed when an event was booked and not yet acknowledged: it is not booked again', async () => {
  const proxy = await FaultProxy.open(process.env.RABBITMQ_URL ?? '', await testPort());
  const victim = await subscribed({ RABBITMQ_URL: proxy.url });
  proxy.hold('up');
  for (let i = 0; i < 10; i += 1) await bus.publish(endedEvent({ tenant: 'unacknowledged' }));
  await counted('unacknowledged', 10);
  victim.child.kill('SIGKILL');
  await victim.ended;
  proxy.close();
  const { ops } = await subscribed();
  await until('the duplicates', async () => {
    const metrics = await (await look(`${ops}/metrics`))?.text();
    return metrics?.includes('bus_event_duration_seconds_count{result="duplicate"} 10');
  });
  await bus.empty();
  expect(await booked('unacknowledged')).toMatchObject({ succeeded: 10, took_ms: 15_000 });
});

test('killed before it has booked an event: another books it', async () => {
  const victim = await subscribed();
  const client = await database.pool.connect();
  await client.query('BEGIN; LOCK TABLE ledger_entries');
  for (let i = 0; i < 10; i += 1) await bus.publish(endedEvent({ tenant: 'unbooked' }));
  await until('the wait for the lock', async () => {
    const { rows } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'consumer' AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
  victim.child.kill('SIGKILL');
  await victim.ended;
  // With its connections gone, as with its machine.
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'consumer'`,
  );
  await client.query('ROLLBACK');
  client.release();
  expect(await booked('unbooked')).toBeUndefined();
  await subscribed();
  await counted('unbooked', 10);
  await bus.empty();
  expect(await booked('unbooked')).toMatchObject({ succeeded: 10 });
});

test('duplicates published on purpose, two consumers, one of them killed: each counts once', async () => {
  const victim = await subscribed();
  await subscribed();
  const events = Array.from({ length: 300 }, () => endedEvent({ tenant: 'twice' }));
  const publish = async (some: DomainEvent[]) => {
    for (const event of some) await bus.publish(event);
  };
  const publishing = Promise.all([publish(events), publish(events.toReversed())]);
  await until('the first', () => booked('twice'));
  victim.child.kill('SIGKILL');
  await publishing;
  await counted('twice', events.length);
  await bus.empty();
  expect(await booked('twice')).toMatchObject({ succeeded: 300, took_ms: 300 * 1500 });
  await bus.empty(bus.deadQueue);
});

test('what cannot be booked dies without holding up the rest, and is booked once it is replayed', async () => {
  const { output } = await subscribed();
  await database.pool.query(
    `ALTER TABLE ledger_entries ADD CONSTRAINT broken CHECK (tenant <> 'poison')`,
  );
  const poison = endedEvent({ tenant: 'poison' });
  const unreadable = endedEvent({ data: { status: 'lost' } });
  const unknown = endedEvent({ ending: 'invented' });
  for (const event of [poison, unreadable, unknown]) await bus.publish(event);
  for (let i = 0; i < 20; i += 1) await bus.publish(endedEvent({ tenant: 'neighbours' }));
  await counted('neighbours', 20);
  const { events } = await bus.died(3);
  const reasons = Object.fromEntries(events.map(({ id, reason }) => [id, reason]));
  expect(reasons).toEqual({
    [poison.id]: 'delivery_limit',
    [unreadable.id]: 'rejected',
    [unknown.id]: 'rejected',
  });
  const told = output()
    .split('\n')
    .filter((line) => line.includes(poison.id) && line.includes('violates check constraint'));
  expect(told).toHaveLength(bus.limit + 1);

  await database.pool.query('ALTER TABLE ledger_entries DROP CONSTRAINT broken');
  expect(await Array.fromAsync(bus.dead.replay([poison.id]))).toEqual([poison.id]);
  await counted('poison', 1);
  await bus.died(2);
  expect(await Array.fromAsync(bus.dead.replay())).toHaveLength(2);
  await bus.died(2);
  await bus.rabbit.queuePurge({ queue: bus.deadQueue });
});
