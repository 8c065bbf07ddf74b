import type { Logger } from '../logger.ts';
import { type BootCheck, UnfitError } from '../ops/readiness.ts';
import { connectRedis } from './connection.ts';

/** Sees the queue's Redis, and that it does not evict. */
export const queuePolicyCheck = (url: string): BootCheck => ({
  name: 'redis',
  async check(log: Logger) {
    const redis = connectRedis(url, log.child({}, { level: 'silent' }));
    try {
      await new Promise((resolve, reject) => redis.once('ready', resolve).once('error', reject));
      checkEvictionPolicy(await redis.info('memory'));
    } finally {
      redis.disconnect();
    }
  },
});

/** A Redis that evicts would throw queued jobs away: throws UnfitError. Its policy is read from
 *  `INFO memory`, since managed services refuse CONFIG. */
export function checkEvictionPolicy(info: string): void {
  const policy = /^maxmemory_policy:(.+?)\r?$/m.exec(info)?.[1];
  if (policy === undefined) throw new Error('INFO memory names no maxmemory_policy');
  if (policy !== 'noeviction') {
    throw new UnfitError(
      `The Redis at REDIS_URL evicts (maxmemory-policy ${policy}): it must not hold a queue. ` +
        'Set maxmemory-policy to noeviction.',
    );
  }
}
