import type { Connection } from 'rabbitmq-client';
import type { Base } from '../../process.ts';
import { connectBus } from '../connection.ts';
import { type ConsumerName, declareTopology, namesOf } from '../topology.ts';
import { consumerMetrics } from './metrics.ts';
import { type Handle, Subscription } from './subscription.ts';

/** Time kept at the end of the grace for what is left without an answer. */
const handBackMs = 3000;

/** A consumer's part of a process: its connection, its queues, its subscription. */
export function createSubscription(
  { config, log, registry }: Pick<Base, 'config' | 'log' | 'registry'>,
  consumer: ConsumerName,
  handle: Handle,
): Subscription {
  const { queue, deadQueue } = namesOf(config.BUS_NAME, consumer);
  const connection = connectBus(config.RABBITMQ_URL, queue, log);
  // Each time: a broker may come back without what it had.
  connection.on('connection', () => {
    declareTopology(connection, config.BUS_NAME).catch((err) => log.warn({ err }, 'not declared'));
  });
  const graceMs = config.SHUTDOWN_GRACE_S * 1000 - config.SHUTDOWN_DRAIN_MS - handBackMs;
  return new Subscription({
    connection,
    queue,
    prefetch: config.CONSUMER_PREFETCH,
    retryMs: config.CONSUMER_RETRY_MS,
    graceMs: Math.max(0, graceMs),
    handle,
    metrics: consumerMetrics(registry, {
      connected: () => connection.ready,
      dead: () => messagesIn(connection, deadQueue),
    }),
    log,
  });
}

async function messagesIn(connection: Connection, queue: string): Promise<number | undefined> {
  if (!connection.ready) return undefined;
  const answer = await connection.queueDeclare({ queue, passive: true }).catch(() => undefined);
  return answer?.messageCount;
}
