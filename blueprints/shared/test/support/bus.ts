import { randomBytes } from 'node:crypto';
import type { Connection, MessageBody } from 'rabbitmq-client';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll } from 'vitest';
import { connectBus } from '../../src/bus/connection.ts';
import { DeadEvents } from '../../src/bus/consumer/dead-events.ts';
import type { DomainEvent } from '../../src/bus/consumer/message.ts';
import { declareTopology, namesOf } from '../../src/bus/topology.ts';
import { traceparentOf } from '../../src/trace.ts';
import { silent } from './log.ts';
import { until } from './wait.ts';

export interface TestBus {
  /** What its names begin with. */
  name: string;
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
  const name = `test_${randomBytes(6).toString('hex')}`;
  const names = namesOf(name, 'ledger');
  const bus = {
    name,
    async publish(event, body = event, headers = { traceparent: traceparentOf(undefined) }) {
      const { id: messageId, type } = event;
      const envelope = {
        exchange: `${name}.events`,
        routingKey: type,
        mandatory: true,
        durable: true,
      };
      const about = { messageId, type, appId: name, headers };
      await publisher.send({ ...envelope, ...about }, body as MessageBody);
    },
    async waiting(which) {
      const { connection } = bus;
      return (await connection.queueDeclare({ queue: names[which], passive: true })).messageCount;
    },
    async died(count) {
      await until(`${count} dead events`, async () => (await bus.waiting('deadQueue')) === count);
      return bus.dead.list(100);
    },
  } as TestBus;
  let publisher: ReturnType<Connection['createPublisher']>;
  beforeAll(async () => {
    bus.connection = connectBus(process.env.RABBITMQ_URL ?? '', 'test', silent);
    await declareTopology(bus.connection, name);
    bus.dead = new DeadEvents(bus.connection, names);
    publisher = bus.connection.createPublisher({ confirm: true });
  });
  afterAll(async () => {
    for (const queue of Object.values(names)) await bus.connection.queueDelete({ queue });
    for (const exchange of ['events', 'dead']) {
      await bus.connection.exchangeDelete({ exchange: `${name}.${exchange}` });
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
