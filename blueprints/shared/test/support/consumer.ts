import type { Connection, MessageBody } from 'rabbitmq-client';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll } from 'vitest';
import { DeadEvents } from '../../src/bus/consumer/dead-events.ts';
import { declareTopology } from '../../src/bus/consumer/declare.ts';
import type { DomainEvent } from '../../src/bus/consumer/message.ts';
import { deadQueueOf, eventsExchange, queueOf } from '../../src/bus/topology.ts';
import { traceparentOf } from '../../src/trace.ts';
import { testBus } from './bus.ts';
import { until } from './wait.ts';

export interface TestLedgerQueue {
  rabbit: Connection;
  /** For a process that is on this bus. */
  env: NodeJS.ProcessEnv;
  queue: string;
  deadQueue: string;
  dead: DeadEvents;
  /** All that the topology has, again, and every event to the ledger. */
  declare(): Promise<void>;
  /** How often a message that fails is delivered again. */
  limit: number;
  /** As the relay does; `body` in place of the event's own. */
  publish(event: DomainEvent, body?: MessageBody, headers?: Record<string, unknown>): Promise<void>;
  /** Settles when no message of a queue waits or is held. RabbitMQ counts a little late. */
  empty(queue?: string): Promise<unknown>;
  /** The dead events, when there are so many. */
  died(count: number): ReturnType<DeadEvents['list']>;
}

/** The ledger's queue on a bus of its own for the calling file, declared. */
export function testLedgerQueue(): TestLedgerQueue {
  const { rabbit, config } = testBus();
  const names = { queue: queueOf(config, 'ledger'), deadQueue: deadQueueOf(config, 'ledger') };
  const exchange = eventsExchange(config);
  const publisher = rabbit.createPublisher({ confirm: true });
  const { RABBITMQ_URL: _, ...named } = config;
  const dead = new DeadEvents(rabbit, names);
  const declare = async () => {
    await declareTopology(rabbit, config);
    // Also what nothing here handles.
    await rabbit.queueBind({ exchange, queue: names.queue, routingKey: '#' });
  };
  beforeAll(declare);
  afterAll(() => publisher.close());
  return {
    rabbit,
    env: Object.fromEntries(Object.entries(named).map(([name, value]) => [name, String(value)])),
    ...names,
    dead,
    declare,
    limit: config.BUS_DELIVERY_LIMIT,
    async publish(event, body = event, headers = { traceparent: traceparentOf(undefined) }) {
      const { id: messageId, type } = event;
      const where = { exchange, routingKey: type, mandatory: true, durable: true };
      await publisher.send({ ...where, messageId, type, appId: 'test', headers }, body);
    },
    empty: (queue = names.queue) =>
      until(`${queue} to be empty`, async () => {
        const { messageCount } = await rabbit.queueDeclare({ queue, passive: true });
        return messageCount === 0;
      }),
    died: (count) =>
      until(`${count} dead events`, async () => {
        const listed = await dead.list(100);
        return listed.events.length === count && listed;
      }),
  };
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
