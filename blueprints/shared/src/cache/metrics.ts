import { Counter, type Registry } from 'prom-client';

export type CacheMetrics = ReturnType<typeof cacheMetrics>;

const tiers = ['l1', 'l2', 'stale'] as const;

/** Who answered a read. */
export type Source = (typeof tiers)[number] | 'load';

/** Every read that is answered counts once: as a hit or as a miss. */
export function cacheMetrics(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const hits = counter('cache_hits_total', 'Reads answered by tier; stale: past its TTL', 'tier');
  const misses = counter('cache_misses_total', 'Reads that waited for a load');
  const loads = counter('cache_loads_total', 'Loads begun, also in the background');
  const loadErrors = counter('cache_load_errors_total', 'Loads that failed');
  const l2Errors = counter('cache_l2_errors_total', 'Operations on the shared tier that failed');
  for (const tier of tiers) hits.inc({ tier }, 0);
  return {
    answered(source: Source) {
      if (source === 'load') misses.inc();
      else hits.inc({ tier: source });
    },
    load: () => loads.inc(),
    loadError: () => loadErrors.inc(),
    l2Error: () => l2Errors.inc(),
  };
}
