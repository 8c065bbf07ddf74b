import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { Connection } from 'rabbitmq-client';
import { afterAll } from 'vitest';
import { busMetrics } from '../../src/bus/metrics.ts';
import { RabbitPublisher } from '../../src/bus/publisher.ts';
import { Relay } from '../../src/bus/relay.ts';
import { type BusConfig, queueOf, topology } from '../../src/bus/topology.ts';
import type { TestDatabase } from './database.ts';
import { silent } from './log.ts';
import { until } from './wait.ts';

export interface TestBus {
  config: BusConfig & { RABBITMQ_URL: string };
  /** For the test's own looks and changes. */
  rabbit: Connection;
}

/** A bus of its own for the calling file, on the server of RABBITMQ_URL; gone after it. */
export function testBus(settings: Partial<BusConfig> = {}): TestBus {
  const config = {
    RABBITMQ_URL: process.env.RABBITMQ_URL ?? '',
    BUS_NAME: `test_${randomBytes(6).toString('hex')}`,
    BUS_QUEUE_LIMIT: 10_000,
    BUS_DELIVERY_LIMIT: 3,
    ...settings,
  };
  const rabbit = new Connection(config.RABBITMQ_URL);
  afterAll(async () => {
    await removeBus(rabbit, config);
    await rabbit.close();
  });
  return { config, rabbit };
}

/** Deletes all that the topology declares. */
export async function removeBus(rabbit: Connection, config: BusConfig) {
  const { queues, exchanges } = topology(config);
  for (const { queue = '' } of queues) await rabbit.queueDelete(queue);
  for (const { exchange } of exchanges) await rabbit.exchangeDelete({ exchange });
}

/** The next message of a consumer's queue, which is taken out of it. */
export const takeMessage = (rabbit: Connection, config: BusConfig, consumer: string) =>
  rabbit.basicGet({ queue: queueOf(config, consumer), noAck: true });

/** The messages of a consumer's queue, which are taken out of it. */
export async function takeMessages({ rabbit, config }: TestBus, consumer: string) {
  const taken = [];
  for (;;) {
    const message = await takeMessage(rabbit, config, consumer);
    if (!message) return taken;
    taken.push(message);
  }
}

/** What a worker does about events, connected; the test takes its turns. */
export async function testRelay({ db }: TestDatabase, config: TestBus['config']) {
  const registry = new Registry();
  const publisher = new RabbitPublisher(config, silent);
  const metrics = busMetrics(registry, db, publisher);
  const relay = new Relay({ db, publisher, metrics, log: silent });
  await until('RabbitMQ', () => publisher.available);
  return { relay, publisher, registry, [Symbol.asyncDispose]: () => relay.close() };
}
