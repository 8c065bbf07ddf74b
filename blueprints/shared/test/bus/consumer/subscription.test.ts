import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { connectRabbit } from '../../../src/bus/connection.ts';
import { type DomainEvent, UnreadableError } from '../../../src/bus/consumer/message.ts';
import { consumerMetrics } from '../../../src/bus/consumer/metrics.ts';
import { type Handle, Subscription } from '../../../src/bus/consumer/subscription.ts';
import { endedEvent, testLedgerQueue } from '../../support/consumer.ts';
import { silent } from '../../support/log.ts';
import { recordSpans } from '../../support/spans.ts';
import { until } from '../../support/wait.ts';

const bus = testLedgerQueue();
const { limit } = bus;
const spans = recordSpans();
const open: Subscription[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await bus.rabbit.queuePurge({ queue: bus.deadQueue });
});

function subscribe(handle: Handle, declare = () => {}) {
  const registry = new Registry();
  const connection = connectRabbit(process.env.RABBITMQ_URL ?? '', 'test', silent);
  const subscription: Subscription = new Subscription({
    connection,
    queue: bus.queue,
    limit,
    declare,
    prefetch: 10,
    retryMs: 20,
    graceMs: 5000,
    handle,
    metrics: consumerMetrics(registry, {
      subscribed: () => subscription.up,
      dead: async () => (await bus.dead.list(100)).events.length,
    }),
    log: silent,
  });
  open.push(subscription);
  subscription.start();
  const counted = async (name: string) => {
    const metric = await registry.getSingleMetric(name)?.get();
    return metric?.values.reduce((sum, { value }) => sum + value, 0);
  };
  return { subscription, connection, counted };
}

test('an event is acknowledged when it has been handled, and continues its trace', async () => {
  const got: DomainEvent[] = [];
  const { subscription, counted } = subscribe(async (event) => {
    got.push(event);
    return 'handled';
  });
  const event = endedEvent();
  const traceId = 'a'.repeat(32);
  await bus.publish(event, event, { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` });
  await until('the event', () => got.length === 1);
  expect(got).toEqual([event]);
  await subscription.close();
  await bus.empty();
  expect(await counted('bus_events_redelivered_total')).toBe(0);
  const [span] = spans.all().filter((one) => one.spanContext().traceId === traceId);
  expect(span?.attributes).toMatchObject({
    'messaging.message.id': event.id,
    'event.outcome': 'handled',
  });
  expect(span?.parentSpanContext?.spanId).toBe('b'.repeat(16));
});

test('one that always fails is dead after the limit; its neighbours do not notice', async () => {
  const poison = endedEvent();
  const tries: number[] = [];
  const others: string[] = [];
  const { counted } = subscribe(async ({ id }) => {
    if (id !== poison.id) others.push(id);
    else {
      tries.push(Date.now());
      throw new Error('this one never');
    }
    return 'handled';
  });
  const neighbours = Array.from({ length: 20 }, () => endedEvent());
  for (const event of [poison, ...neighbours]) await bus.publish(event);
  await until('the neighbours', () => others.length === neighbours.length);
  const { events } = await bus.died(1);
  expect(events).toMatchObject([{ id: poison.id, type: poison.type, reason: 'delivery_limit' }]);
  expect(tries).toHaveLength(limit + 1);
  expect(others.toSorted()).toEqual(neighbours.map(({ id }) => id).toSorted());
  expect(await counted('bus_events_redelivered_total')).toBe(limit);
  await until('the metric', async () => (await counted('bus_dead_events')) === 1);
});

test('one that fails is dead after the limit where RabbitMQ counts apart what is requeued', async () => {
  let tries = 0;
  subscribe(async () => {
    tries += 1;
    throw new Error('again');
  });
  await bus.publish(endedEvent(), undefined, { 'x-acquired-count': limit + 1 });
  expect((await bus.died(1)).events).toMatchObject([{ reason: 'rejected' }]);
  expect(tries).toBe(1);
});

test('a queue that somebody deletes is there again, and consumed', async () => {
  const got: string[] = [];
  const { subscription, counted } = subscribe(
    async ({ id }) => {
      got.push(id);
      return 'handled';
    },
    () => void bus.declare(),
  );
  await until('the subscription', () => subscription.up);
  expect(await counted('bus_consumer_up')).toBe(1);
  await bus.rabbit.queueDelete({ queue: bus.queue });
  await until('the loss', () => !subscription.up);
  expect(await counted('bus_consumer_up')).toBe(0);
  await until('the subscription', () => subscription.up);
  const event = endedEvent();
  await bus.publish(event);
  await until('the event', () => got.includes(event.id));
});

test.each([
  ['no JSON', Buffer.from('{')],
  ['no event', { hello: 'world' }],
])('what is %s is dead at once', async (_what, body) => {
  let handled = 0;
  subscribe(async () => {
    handled += 1;
    return 'handled';
  });
  const event = endedEvent();
  await bus.publish(event, body);
  expect((await bus.died(1)).events).toMatchObject([{ id: event.id, reason: 'rejected' }]);
  expect(handled).toBe(0);
});

test('what its handler cannot read is dead at once', async () => {
  let tries = 0;
  subscribe(async () => {
    tries += 1;
    throw new UnreadableError('What is this?');
  });
  await bus.publish(endedEvent());
  expect((await bus.died(1)).events).toMatchObject([{ reason: 'rejected' }]);
  expect(tries).toBe(1);
});

test('while the database is away an event waits where it is, and no delivery counts', async () => {
  let tries = 0;
  const { counted } = subscribe(async () => {
    tries += 1;
    if (tries <= limit + 1) {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    }
    return 'handled';
  });
  await bus.publish(endedEvent());
  await until('the event', () => tries > limit + 1);
  expect(await counted('bus_events_redelivered_total')).toBe(0);
  await bus.empty(bus.deadQueue);
});

test('at its end a subscription finishes what it has, and hands back what waits', async () => {
  const handling = Promise.withResolvers<void>();
  let begun = 0;
  let done = 0;
  const slow = endedEvent();
  const { subscription } = subscribe(async ({ id }) => {
    begun += 1;
    if (id !== slow.id) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    await handling.promise;
    done += 1;
    return 'handled';
  });
  await bus.publish(slow);
  await bus.publish(endedEvent());
  await until('both', () => begun >= 2);
  const closed = subscription.close();
  handling.resolve();
  await closed;
  expect(done).toBe(1);
  const left = () => bus.rabbit.basicGet({ queue: bus.queue, noAck: true });
  expect((await until('the other', left)).messageId).not.toBe(slow.id);
  expect(await left()).toBeUndefined();
});
