import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { afterAll, beforeAll } from 'vitest';
import { Cache } from '../../src/cache/cache.ts';
import { cacheMetrics } from '../../src/cache/metrics.ts';
import { RedisTier, type RedisTierOptions } from '../../src/cache/redis/tier.ts';
import { countsOf } from './cache.ts';
import { silent } from './log.ts';

interface SharedOptions extends Partial<RedisTierOptions> {
  stalenessMs?: number;
  l1TtlMs?: number;
}

/** Caches that share the Redis of the environment as processes do: each with connections of its own,
 *  under a prefix of the calling file's own. Deadlines are generous unless they are the test. */
export function sharedCaches() {
  const prefix = `test_${randomBytes(6).toString('hex')}`;
  const url = process.env.REDIS_URL ?? '';
  const tiers: RedisTier[] = [];
  const shared = { prefix, url } as { prefix: string; url: string; redis: Redis };
  beforeAll(() => {
    shared.redis = new Redis(url);
  });
  afterAll(async () => {
    for (const tier of tiers) tier.close();
    const keys = await shared.redis.keys(`${prefix}:*`);
    if (keys.length > 0) await shared.redis.del(...keys);
    shared.redis.disconnect();
  });

  const open = ({ stalenessMs = 60_000, l1TtlMs, ...given }: SharedOptions = {}) => {
    const registry = new Registry();
    const metrics = cacheMetrics(registry);
    const base = { url, prefix, deadlineMs: 5000, pauseMs: 100, metrics, log: silent };
    const tier = new RedisTier({ ...base, ...given });
    tiers.push(tier);
    const ttl = l1TtlMs === undefined ? {} : { ttlMs: l1TtlMs };
    const l1 = { maxBytes: 1 << 20, ...ttl };
    let subscriptions = 0;
    const counted = Object.assign(Object.create(tier) as RedisTier, {
      listen: (listener: Parameters<RedisTier['listen']>[0]) =>
        tier.listen({
          ...listener,
          missed() {
            listener.missed();
            subscriptions += 1;
          },
        }),
    });
    const cache = new Cache({ stalenessMs, l1, l2: counted, metrics, log: silent });
    return { cache, counts: () => countsOf(registry), subscriptions: () => subscriptions };
  };
  return Object.assign(shared, { open });
}
