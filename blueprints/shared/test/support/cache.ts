import { Registry } from 'prom-client';
import { Cache, type CacheOptions } from '../../src/cache/cache.ts';
import { cacheMetrics } from '../../src/cache/metrics.ts';
import { silent } from './log.ts';

/** What the cache counted, by metric and tier: `{cache_loads_total: 1, l2: 3}`. */
export async function countsOf(registry: Registry): Promise<Record<string, number>> {
  const metrics = await registry.getMetricsAsJSON();
  const counts = metrics.flatMap(({ name, values }) =>
    values.map(({ value, labels }) => [labels.tier ?? name, value]),
  );
  return Object.fromEntries(counts);
}

/** A cache without a second tier. */
export function localCache(options: Partial<CacheOptions> = {}) {
  const registry = new Registry();
  const cache = new Cache({
    stalenessMs: 10_000,
    l1: { maxBytes: 1 << 20 },
    metrics: cacheMetrics(registry),
    log: silent,
    ...options,
  });
  return { cache, counts: () => countsOf(registry) };
}

interface Loading {
  value: unknown;
  error: Error | undefined;
  held: boolean;
}

/** A loader that reads `value` when it begins, and answers when it is not held. Counts its loads. */
export function testLoader(given: Partial<Loading> = {}) {
  const gates: (() => void)[] = [];
  const loader = {
    ...({ value: 'v1', error: undefined, held: false } as Loading),
    ...given,
    loads: 0,
    load: async () => {
      loader.loads += 1;
      const { value, error } = loader;
      if (loader.held) await new Promise<void>((resolve) => gates.push(resolve));
      if (error) throw error;
      return value;
    },
    release: () => {
      loader.held = false;
      for (const open of gates.splice(0)) open();
    },
  };
  return loader;
}
