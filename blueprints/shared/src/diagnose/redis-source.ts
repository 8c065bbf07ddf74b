import { createLogger } from '../logger.ts';
import { connectRedis } from '../redis/connection.ts';
import type { RedisSource } from './redis-look.ts';

const pings = 3;

/** `name`: the variable that holds the URL. */
export function redisSource(name: string, url: string): RedisSource {
  const redis = connectRedis(url, createLogger('silent', 'diagnose'), { enableOfflineQueue: true });
  return {
    name,
    async look() {
      const times: number[] = [];
      for (let i = 0; i < pings; i += 1) {
        const askedAt = performance.now();
        await redis.ping();
        times.push((performance.now() - askedAt) / 1000);
      }
      const info = `${await redis.info('memory')}\n${await redis.info('stats')}`;
      const field = (key: string) => Number(new RegExp(`^${key}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
      return {
        name,
        // The first may have waited for the connection.
        pingSeconds: Math.min(...times),
        usedBytes: field('used_memory'),
        maxBytes: field('maxmemory'),
        evicted: field('evicted_keys'),
      };
    },
    close: () => redis.disconnect(),
  };
}
