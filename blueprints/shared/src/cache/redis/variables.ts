import { z } from 'zod';
import service from '../../../package.json' with { type: 'json' };
import { url } from '../../variables.ts';

export const sharedCacheVariables = {
  /** A Redis of its own, which may evict. Without it each process caches for itself. */
  CACHE_REDIS_URL: url('redis', 'rediss').optional(),
  /** Begins the cache's keys: services that share a Redis must not share it. */
  CACHE_PREFIX: z.string().min(1).default(service.name),
};
