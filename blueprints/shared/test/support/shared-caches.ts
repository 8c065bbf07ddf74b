import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { afterAll, beforeAll } from 'vitest';
import { FaultProxy } from '../../faults/proxy.ts';
import { Cache } from '../../src/cache/cache.ts';
import { cacheMetrics } from '../../src/cache/metrics.ts';
import { RedisTier, type RedisTierOptions } from '../../src/cache/redis/tier.ts';
import type { Listener } from '../../src/cache/tier.ts';
import { countsOf } from './cache.ts';
import { silent } from './log.ts';
import { testPort } from './processes.ts';
import { until } from './wait.ts';

interface SharedOptions extends Partial<RedisTierOptions> {
  stalenessMs?: number;
  l1TtlMs?: number;
}

class CountedTier extends RedisTier {
  subscriptions = 0;

  override listen(listener: Listener) {
    const missed = () => {
      listener.missed();
      this.subscriptions += 1;
    };
    super.listen({ ...listener, missed });
  }
}

/** Caches that share the Redis of the environment as processes do: each with connections of its own,
 *  under a prefix of the calling file's own. Deadlines are generous unless they are the test. */
export function sharedCaches() {
  const prefix = `test_${randomBytes(6).toString('hex')}`;
  const url = process.env.REDIS_URL ?? '';
  const opened: { close(): void }[] = [];
  const redis = new Redis(url, { lazyConnect: true });
  beforeAll(() => redis.connect());
  afterAll(async () => {
    for (const one of opened) one.close();
    const keys = await redis.keys(`${prefix}:*`);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  });

  const open = ({ stalenessMs = 60_000, l1TtlMs = stalenessMs, ...given }: SharedOptions = {}) => {
    const registry = new Registry();
    const metrics = cacheMetrics(registry);
    const base = { url, prefix, deadlineMs: 5000, pauseMs: 100, metrics, log: silent };
    const l2 = new CountedTier({ ...base, ...given });
    opened.push(l2);
    const l1 = { maxBytes: 1 << 20, ttlMs: l1TtlMs };
    const cache = new Cache({ stalenessMs, l1, l2, metrics, log: silent });
    return { cache, counts: () => countsOf(registry), subscriptions: () => l2.subscriptions };
  };

  /** A cache whose links to Redis can be disturbed; it listens. */
  const openRemote = async (given: SharedOptions = {}) => {
    const proxy = await FaultProxy.open(url, await testPort());
    opened.push(proxy);
    const cache = open({ url: proxy.url, deadlineMs: 300, ...given });
    await until('the subscription', () => cache.subscriptions() === 1);
    const [commands, subscription] = proxy.connections;
    if (!commands || !subscription) throw new Error('a tier has two connections');
    return { ...cache, proxy, commands, subscription };
  };
  return { prefix, url, redis, open, openRemote };
}
