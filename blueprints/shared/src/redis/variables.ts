import { z } from 'zod';
import service from '../../package.json' with { type: 'json' };
import { url } from '../variables.ts';

export const queueVariables = {
  REDIS_URL: url('redis', 'rediss'),
  /** The broker's queue: services that share a Redis must not share it. */
  QUEUE_NAME: z
    .string()
    .regex(/^[^:]+$/, 'must not hold a colon')
    .default(service.name),
};
