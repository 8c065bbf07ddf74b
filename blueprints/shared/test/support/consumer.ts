import { randomBytes } from 'node:crypto';
import type { Connection, MessageBody } from 'rabbitmq-client';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll } from 'vitest';
import { connectRabbit } from '../../src/bus/connection.ts';
import { DeadEvents } from '../../src/bus/consumer/dead-events.ts';
import { declareTopology } from '../../src/bus/consumer/declare.ts';
import type { DomainEvent } from '../../src/bus/consumer/message.ts';
import { type BusConfig, deadQueueOf, eventsExchange, queueOf } from '../../src/bus/topology.ts';
import { traceparentOf } from '../../src/trace.ts';
import { silent } from './log.ts';
import { until } from './wait.ts';

export interface TestBus {
  config: BusConfig;
  /** By their variables. */
  env: NodeJS.ProcessEnv;
  queue: string;
  deadQueue: string;
  connection: Connection;
  dead: DeadEvents;
  /** As the relay does; `body` in place of the event's own. */
  publish(event: DomainEvent, body?: unknown, headers?: Record<string, unknown>): Promise<void>;
  /** Messages that nobody holds. */
  waiting(which: 'queue' | 'deadQueue'): Promise<number>;
  /** The dead queue, when so many are in it. */
  died(count: number): ReturnType<DeadEvents['list']>;
}

/** A bus of its own for the calling file, on the broker of the environment. */
export function testBus(): TestBus {
  const config = {
    BUS_NAME: `test_${randomBytes(6).toString('hex')}`,
    BUS_QUEUE_LIMIT: 100_000,
    BUS_DELIVERY_LIMIT: 3,
  };
  const exchange = eventsExchange(config);
  const bus = {
    config,
    env: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)])),
    queue: queueOf(config, 'ledger'),
    deadQueue: deadQueueOf(config, 'ledger'),
    async publish(event, body = event, headers = { traceparent: traceparentOf(undefined) }) {
      const { id: messageId, type } = event;
      const envelope = {
        exchange,
        routingKey: type,
        mandatory: true,
        durable: true,
      };
      const about = { messageId, type, appId: 'test', headers };
      await publisher.send({ ...envelope, ...about }, body as MessageBody);
    },
    async waiting(which) {
      const { connection } = bus;
      return (await connection.queueDeclare({ queue: bus[which], passive: true })).messageCount;
    },
    died: (count) =>
      until(`${count} dead events`, async () => {
        const listed = await bus.dead.list(100);
        return listed.events.length === count && listed;
      }),
  } as TestBus;
  let publisher: ReturnType<Connection['createPublisher']>;
  beforeAll(async () => {
    bus.connection = connectRabbit(process.env.RABBITMQ_URL ?? '', 'test', silent);
    await declareTopology(bus.connection, config);
    bus.dead = new DeadEvents(bus.connection, bus);
    publisher = bus.connection.createPublisher({ confirm: true });
  });
  afterAll(async () => {
    for (const queue of [bus.queue, bus.deadQueue]) await bus.connection.queueDelete({ queue });
    for (const kind of ['events', 'dead']) {
      await bus.connection.exchangeDelete({ exchange: `${config.BUS_NAME}.${kind}` });
    }
    await publisher.close();
    await bus.connection.close();
  });
  return bus;
}

/** About a job that ended after a second and a half. */
export function endedEvent(
  given: Partial<DomainEvent> & { ending?: string; at?: string } = {},
): DomainEvent {
  const { ending = 'succeeded', at = '2026-11-29T12:00:00.500Z', ...rest } = given;
  const started_at = new Date(Date.parse(at) - 1500).toISOString();
  return {
    id: uuidv7(),
    type: `job.${ending}`,
    timestamp: at,
    tenant: 't1',
    data: { id: uuidv7(), type: 'summarize', status: ending, started_at, finished_at: at },
    ...rest,
  };
}
