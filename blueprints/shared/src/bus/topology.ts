import type { PublisherProps } from 'rabbitmq-client';
import type { Config } from '../config.ts';
import { endTypes } from '../ledger/event.ts';

// What there is in RabbitMQ, declared by whoever connects: publisher and consumers alike, so that it
// does not matter which comes first. RabbitMQ refuses a queue that is there with other arguments
// (PRECONDITION_FAILED): to change those, empty and delete it.

/** A consumer has a queue of its own, which gets what is published from the first declaration on. */
export interface Subscription {
  consumer: string;
  /** Routing keys; `*` stands for one word, `#` for any number. */
  events: string[];
}

/** The consumers of this repository. Other services declare queues of their own, bound to the same
 *  exchange. */
export const subscriptions: Subscription[] = [{ consumer: 'ledger', events: endTypes }];

/** Whether a consumer of this repository gets events of a type. */
export const isSubscribed = (type: string): boolean =>
  subscriptions.some(({ events }) => events.some((pattern) => matches(type, pattern)));

function matches(type: string, pattern: string): boolean {
  const dots = pattern.replaceAll('.', String.raw`\.`);
  return new RegExp(`^${dots.replaceAll('*', '[^.]+').replaceAll('#', '.*')}$`).test(type);
}

export type BusConfig = Pick<Config, 'BUS_NAME' | 'BUS_QUEUE_LIMIT' | 'BUS_DELIVERY_LIMIT'>;

export const eventsExchange = ({ BUS_NAME }: Pick<BusConfig, 'BUS_NAME'>) => `${BUS_NAME}.events`;
const deadExchange = ({ BUS_NAME }: Pick<BusConfig, 'BUS_NAME'>) => `${BUS_NAME}.dead`;

export const queueOf = ({ BUS_NAME }: Pick<BusConfig, 'BUS_NAME'>, consumer: string) =>
  `${BUS_NAME}.${consumer}`;
export const deadQueueOf = (config: Pick<BusConfig, 'BUS_NAME'>, consumer: string) =>
  `${queueOf(config, consumer)}.dead`;

/** Replicated, and on the disk. Full, it refuses: the publisher hears of it, and nothing is dropped. */
const queue = (
  name: string,
  config: BusConfig,
  more: Record<string, unknown> = {},
): Topology['queues'][number] => ({
  queue: name,
  durable: true,
  arguments: {
    'x-queue-type': 'quorum',
    'x-max-length': config.BUS_QUEUE_LIMIT,
    'x-overflow': 'reject-publish',
    ...more,
  },
});

type Topology = Required<Pick<PublisherProps, 'exchanges' | 'queues' | 'queueBindings'>>;

/** Exchanges, queues and bindings, as rabbitmq-client takes them. */
export function topology(config: BusConfig): Topology {
  const consumers = subscriptions.map(({ consumer }) => consumer);
  return {
    exchanges: [eventsExchange(config), deadExchange(config)].map((exchange) => ({
      exchange,
      type: 'topic',
      durable: true,
    })),
    queues: consumers.flatMap((consumer) => [
      queue(queueOf(config, consumer), config, {
        'x-delivery-limit': config.BUS_DELIVERY_LIMIT,
        'x-dead-letter-exchange': deadExchange(config),
        'x-dead-letter-routing-key': consumer,
        // A dead message leaves its queue when the queue of the dead ones has it.
        'x-dead-letter-strategy': 'at-least-once',
      }),
      // Each look at the dead is a delivery, and RabbitMQ 4 drops after twenty what has no other limit.
      queue(deadQueueOf(config, consumer), config, { 'x-delivery-limit': 1_000_000 }),
    ]),
    queueBindings: subscriptions.flatMap(({ consumer, events }) => [
      ...events.map((routingKey) => ({
        exchange: eventsExchange(config),
        queue: queueOf(config, consumer),
        routingKey,
      })),
      {
        exchange: deadExchange(config),
        queue: deadQueueOf(config, consumer),
        routingKey: consumer,
      },
    ]),
  };
}
