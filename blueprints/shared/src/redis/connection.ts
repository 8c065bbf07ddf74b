import { type CommonRedisOptions, Redis } from 'ioredis';
import type { Logger } from '../logger.ts';

type ConnectionOptions = Omit<CommonRedisOptions, 'replyMapping'>;

/** A connection for commands: while Redis is down they fail at once instead of piling up. */
export function connectRedis(url: string, log: Logger, options: ConnectionOptions = {}): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 5000,
    connectTimeout: 2000,
    retryStrategy,
    ...options,
  });
  logConnection(redis, log);
  return redis;
}

/** For BullMQ's blocking reads: they wait for Redis as long as it takes. */
export function connectBlocking(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: 2000,
    retryStrategy,
  });
  logConnection(redis, log);
  return redis;
}

const retryStrategy = (times: number) => Math.min(100 * times, 1000);

/** Says once that Redis is lost, and once that it is back. */
function logConnection(redis: Redis, log: Logger) {
  let lost = false;
  redis.on('error', (error: Error) => {
    if (!lost) log.warn({ err: error }, 'Redis is lost; connecting again');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) log.info('Redis is back');
    lost = false;
  });
}
