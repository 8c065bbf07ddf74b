import { duration, number, percent } from '../figures.ts';
import { type Finding, type Rule, worst } from '../finding.ts';
import { type CacheReading, type ProcessReading, workSeconds } from '../readings.ts';
import { thresholds } from '../thresholds.ts';

/** What was loaded just now is loaded again. */
export const coldCache: Rule = {
  cause: 'cold-cache',
  explains: ['slow-statement', 'pool', 'event-loop', 'buffers'],
  find: ({ seconds, processes }) =>
    worst(
      processes.flatMap((process) => (process.cache ? judge(process, process.cache, seconds) : [])),
    ),
};

function judge(process: ProcessReading, cache: CacheReading, seconds: number): Finding[] {
  const work = workSeconds(process);
  if (cache.loads === 0 || work < thresholds.working * seconds) return [];
  const again = Math.min(1, cache.repeated / cache.loads);
  const lost = Math.min(1, (again * cache.loadSeconds) / work);
  const reads = cache.hits + cache.misses;
  return [
    {
      severity: lost,
      title: 'The cache is cold: the same answers are loaded again and again',
      evidence: [
        `${process.url}: ${percent(reads === 0 ? 0 : cache.hits / reads)} of ${number(reads / seconds)} reads/s are hits`,
        `${percent(again)} of ${number(cache.loads / seconds)} loads/s are of what was loaded within the half second before; ${duration(cache.loadSeconds / cache.loads)} each`,
        `${percent(lost)} of what requests take is spent in such loads`,
        stateOf(cache),
      ],
      quickWins: [
        cache.l1.limit === 0
          ? 'Set STALENESS_S and CACHE_L1_MB above 0, if answers may be so old'
          : 'Raise CACHE_L1_MB until what is asked for within STALENESS_S fits',
      ],
      structural: [
        'An L2 in Redis (CACHE_REDIS_URL, caching=two-tier), so that each process need not load for itself',
        'Answers that cost much to load: a roll-up table, or fewer bytes (over 1 MiB nothing is kept)',
      ],
      measure: [
        'sum(rate(cache_hits_total[5m])) / (sum(rate(cache_hits_total[5m])) + sum(rate(cache_misses_total[5m])))',
        'rate(cache_repeated_loads_total[5m]) must go to 0',
      ],
    },
  ];
}

function stateOf({ l1: { used, limit } }: CacheReading): string {
  if (limit === 0) return 'Caching is off: CACHE_L1_MB or STALENESS_S is 0';
  return `L1 has ${number(used / 2 ** 20)} of ${number(limit / 2 ** 20)} MiB in use`;
}
