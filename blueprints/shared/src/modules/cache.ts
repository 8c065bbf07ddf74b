import { Cache } from '../cache/cache.ts';
import { cacheMetrics } from '../cache/metrics.ts';
{% if caching == 'two-tier' %}
import { RedisTier } from '../cache/redis/tier.ts';
{% endif %}
import type { Base } from '../process.ts';

{% if caching == 'two-tier' %}
/** Each process keeps its answers, and a Redis those of all, if there is one. */
{% else %}
/** Each process keeps its answers. */
{% endif %}
export function createCache({ config, registry, log }: Pick<Base, 'config' | 'registry' | 'log'>) {
  const metrics = cacheMetrics(registry);
{% if caching == 'two-tier' %}
  const { CACHE_REDIS_URL: url, CACHE_PREFIX: prefix } = config;
  const l2 = url ? new RedisTier({ url, prefix, metrics, log }) : undefined;
  // Also bounds what a process serves that no longer hears of invalidations.
  const ttl = l2 ? { ttlMs: 10_000 } : {};
{% endif %}
  const cache = new Cache({
{% if database == 'replicas' %}
    // The other half is how old a replica's answer may be when it gets here.
    stalenessMs: config.STALENESS_S * 500,
{% else %}
    stalenessMs: config.STALENESS_S * 1000,
{% endif %}
{% if caching == 'two-tier' %}
    l1: { maxBytes: config.CACHE_L1_MB * 2 ** 20, ...ttl },
{% else %}
    l1: { maxBytes: config.CACHE_L1_MB * 2 ** 20 },
{% endif %}
{% if caching == 'two-tier' %}
    l2,
{% endif %}
    metrics,
    log,
  });
  return cache;
}
