import type { SyncMessage } from 'rabbitmq-client';
import { expect, test } from 'vitest';
import { Ledger } from '../../../src/ledger/ledger.ts';
import { endedEvent, testLedgerQueue } from '../../support/consumer.ts';
import { testDatabase } from '../../support/database.ts';
import { processes } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

const database = testDatabase();
const bus = testLedgerQueue();
const start = processes();

async function command(...args: string[]) {
  const env = { DATABASE_URL: database.url, ...bus.env };
  const script = start('src/cli/bus.ts', env, args);
  const code = await script.ended;
  return { code, lines: script.output().trim().split('\n') };
}

/** Events that their consumer has rejected. */
async function deadEvents(count: number) {
  const { queue } = bus;
  const events = Array.from({ length: count }, () => endedEvent());
  for (const event of events) await bus.publish(event);
  const channel = await bus.rabbit.acquire();
  for (const _ of events) {
    const message = await until('the event', () => channel.basicGet({ queue }));
    channel.basicNack({ deliveryTag: message.deliveryTag, requeue: false });
  }
  await channel.close();
  await bus.died(count);
  return events;
}

/** So many messages from the consumer's queue. */
async function takeAll(count: number) {
  const take = () => bus.rabbit.basicGet({ queue: bus.queue, noAck: true });
  const messages: SyncMessage[] = [];
  while (messages.length < count) messages.push(await until('the event', take));
  return messages;
}

test('dead events are listed, stay there, and go to their consumer again as they were', async () => {
  const [first, second, third] = await deadEvents(3);
  const listed = await command('dead', 'list');
  expect(listed.code).toBe(0);
  expect(listed.lines).toHaveLength(3);
  expect(listed.lines[0]).toMatch(
    new RegExp(`^${first?.id}  \\S+Z  job.succeeded  rejected  trace \\w`),
  );
  await bus.died(3);
  expect((await command('dead', 'list')).lines).toEqual(listed.lines);
  await bus.died(3);

  const one = await command('dead', 'replay', second?.id ?? '');
  expect(one.lines).toEqual([`${second?.id}: replayed`]);
  await bus.died(2);
  const [message] = await takeAll(1);
  expect(message).toMatchObject({
    body: second,
    messageId: second?.id,
    type: second?.type,
    durable: true,
  });
  expect(message?.headers).toEqual({
    traceparent: expect.stringMatching(/^00-/),
    'x-delivery-count': 0,
  });

  const rest = await command('dead', 'replay', '--all');
  const left = [`${first?.id}: replayed`, `${third?.id}: replayed`];
  expect(rest.lines.toSorted()).toEqual(left);
  expect((await command('dead', 'list')).lines).toEqual(['no dead events']);
  await takeAll(2);
});

test('what is not there is named, and the others are replayed', async () => {
  const [event] = await deadEvents(1);
  const stranger = endedEvent().id;
  const { code, lines } = await command('dead', 'replay', stranger, event?.id ?? '');
  expect(code).toBe(1);
  expect(lines).toEqual([`${event?.id}: replayed`, `Not in the dead queue: ${stranger}`]);
  await takeAll(1);
});

test('what the queue does not take stays in the dead queue', async () => {
  const [event] = await deadEvents(1);
  const { queue } = bus;
  await bus.rabbit.queueDelete({ queue });
  const { code, lines } = await command('dead', 'replay', '--all');
  expect(code).toBe(1);
  expect(lines).toEqual([`There is no queue ${queue}`]);
  expect((await bus.died(1)).events).toMatchObject([{ id: event?.id }]);
});

test('the ledger is shown by tenant', async () => {
  await new Ledger(database.db).book(endedEvent({ tenant: 'shown' }));
  const shown = await command('ledger', '--tenant', 'shown');
  expect(shown.lines).toEqual(['2026-11  1 succeeded, 0 dead, 0 cancelled, 1.5 s']);
  expect((await command('ledger', '--tenant', 'x')).lines).toEqual(['nothing is booked for x']);
});

test.each([
  [[]],
  [['dead']],
  [['dead', 'replay']],
  [['dead', 'list', '--consumer', 'nobody']],
  [['ledger']],
])('wrong usage is explained: %j', async (args) => {
  const { code, lines } = await command(...args);
  expect(code).toBe(2);
  expect(lines.join('\n')).toContain('Usage:');
});
