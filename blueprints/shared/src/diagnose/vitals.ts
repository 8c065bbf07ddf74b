import { counted, duration, number, percent } from './figures.ts';
import type { ProcessReading, Readings } from './readings.ts';

export interface Vital {
  what: string;
  is: string;
}

/** How near to its limit each thing was, for who wants to see that nothing is. */
export function vitalsOf({ seconds, processes, postgres }: Readings): Vital[] {
  return [
    ...processes.flatMap((process) => ofProcess(process, seconds)),
    ...(postgres
      ? [
          {
            what: 'Postgres',
            is: `${postgres.server.connections} of ${postgres.server.max_connections} connections`,
          },
        ]
      : []),
    ...(postgres?.queue
      ? [
          {
            what: 'queue',
            is: `${counted(postgres.queue[1].waiting, 'job')} waiting, the oldest for ${duration(postgres.queue[1].oldest_s ?? 0)}`,
          },
        ]
      : []),
  ];
}

function ofProcess(process: ProcessReading, seconds: number): Vital[] {
  const { url, loop, pool, requests, worker, cache } = process;
  const parts = [`event loop ${percent(loop)}`, `pool ${number(pool.callers)} of ${pool.size}`];
  if (requests) parts.push(`${number(requests.calls / seconds)} requests/s`);
  if (worker) {
    parts.push(`slots ${number(worker.busy)} of ${worker.slots}`);
    parts.push(`${number(worker.runs.calls / seconds)} runs/s`);
  }
  const reads = cache ? cache.hits + cache.misses : 0;
  if (cache && reads > 0) parts.push(`cache hits ${percent(cache.hits / reads)}`);
  return [{ what: url, is: parts.join(', ') }];
}
