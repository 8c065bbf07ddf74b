import { Counter, Gauge, type Registry } from 'prom-client';

export type CacheMetrics = ReturnType<typeof cacheMetrics>;

const tiers = ['l1', 'l2', 'stale'] as const;

/** Who answered a read. */
export type Source = (typeof tiers)[number] | 'load';

/** What a process keeps of answers, in bytes. */
export interface Kept {
  bytes: number;
  /** 0: nothing is kept. */
  maxBytes: number;
}

/** Every read that is answered counts once: as a hit or as a miss. */
export function cacheMetrics(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const hits = counter('cache_hits_total', 'Reads answered by tier; stale: past its TTL', 'tier');
  const misses = counter('cache_misses_total', 'Reads that waited for a load');
  const loads = counter('cache_loads_total', 'Loads begun, also in the background');
  const repeated = counter(
    'cache_repeated_loads_total',
    'Loads of what had been loaded within the half second before: it was not kept',
  );
  const seconds = counter('cache_load_seconds_total', 'How long loads took');
  let kept: (() => Kept) | undefined;
  new Gauge({
    name: 'cache_l1_bytes',
    help: 'What this process keeps of answers: used, of at most limit; 0: nothing is cached',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      if (!kept) return;
      const { bytes, maxBytes } = kept();
      this.set({ kind: 'used' }, bytes);
      this.set({ kind: 'limit' }, maxBytes);
    },
  });
  const loadErrors = counter('cache_load_errors_total', 'Loads that failed');
  const l2Errors = counter('cache_l2_errors_total', 'Operations on the shared tier that failed');
  for (const tier of tiers) hits.inc({ tier }, 0);
  return {
    answered(source: Source) {
      if (source === 'load') misses.inc();
      else hits.inc({ tier: source });
    },
    load: () => loads.inc(),
    repeatedLoad: () => repeated.inc(),
    loaded: (ms: number) => seconds.inc(ms / 1000),
    watch(look: () => Kept) {
      kept = look;
    },
    loadError: () => loadErrors.inc(),
    l2Error: () => l2Errors.inc(),
  };
}
