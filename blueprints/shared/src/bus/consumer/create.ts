import type { Connection } from 'rabbitmq-client';
import type { Base } from '../../process.ts';
import { connectRabbit } from '../connection.ts';
import { deadQueueOf, queueOf } from '../topology.ts';
import { declareTopology } from './declare.ts';
import { consumerMetrics } from './metrics.ts';
import { type Handle, Subscription } from './subscription.ts';

/** Time kept at the end of the grace for what is left without an answer. */
const handBackMs = 3000;

/** A consumer's part of a process: its connection, its queues, its subscription. */
export function createSubscription(
  { config, log, registry }: Pick<Base, 'config' | 'log' | 'registry'>,
  consumer: string,
  handle: Handle,
): Subscription {
  const queue = queueOf(config, consumer);
  const deadQueue = deadQueueOf(config, consumer);
  const connection = connectRabbit(config.RABBITMQ_URL, consumer, log);
  const declare = () => {
    declareTopology(connection, config).catch((err) => log.warn({ err }, 'not declared'));
  };
  // Each time: a broker may come back without what it had.
  connection.on('connection', declare);
  const graceMs = config.SHUTDOWN_GRACE_S * 1000 - config.SHUTDOWN_DRAIN_MS - handBackMs;
  const subscription: Subscription = new Subscription({
    connection,
    queue,
    limit: config.BUS_DELIVERY_LIMIT,
    declare,
    prefetch: config.CONSUMER_PREFETCH,
    retryMs: config.CONSUMER_RETRY_MS,
    graceMs: Math.max(0, graceMs),
    handle,
    metrics: consumerMetrics(registry, {
      subscribed: () => subscription.up,
      dead: () => messagesIn(connection, deadQueue),
    }),
    log,
  });
  return subscription;
}

async function messagesIn(connection: Connection, queue: string): Promise<number | undefined> {
  if (!connection.ready) return undefined;
  const answer = await connection.queueDeclare({ queue, passive: true }).catch(() => undefined);
  return answer?.messageCount;
}
