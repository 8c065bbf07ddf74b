import { z } from 'zod';
import service from '../../package.json' with { type: 'json' };
import { count, url } from '../variables.ts';

export const busVariables = {
  RABBITMQ_URL: url('amqp', 'amqps'),
  /** What its exchanges and queues begin with: services that share a RabbitMQ must not share it. */
  BUS_NAME: z
    .string()
    .regex(/^[\w.-]{1,200}$/, 'must be of letters, digits, dots, hyphens and underscores')
    .default(service.name),
  /** Messages that a queue takes; those that it refuses wait in the outbox. */
  BUS_QUEUE_LIMIT: count(100_000, 100_000_000),
  /** How often a message comes again before it goes to the dead ones. */
  BUS_DELIVERY_LIMIT: count(10, 1000),
};
