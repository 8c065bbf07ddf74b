import type { Exposition } from './exposition.ts';
import type { Cost, ProcessReading } from './readings.ts';

/** What a process did between two looks at its /metrics. */
export function readProcess(
  url: string,
  before: Exposition,
  after: Exposition,
  seconds: number,
): ProcessReading {
  const grown = (name: string, labels?: Record<string, string>) =>
    after.sum(name, labels) - before.sum(name, labels);
  const average = (name: string, labels: Record<string, string>) =>
    (after.sum(name, labels) + before.sum(name, labels)) / 2;
  const histogram = (name: string, labels?: Record<string, string>): Cost => ({
    calls: grown(`${name}_count`, labels),
    seconds: grown(`${name}_sum`, labels),
  });

  const names = after.values('database_statements_total', 'statement');
  const statements = new Map(
    names.map((statement): [string, Cost] => [
      statement,
      {
        calls: grown('database_statements_total', { statement }),
        seconds: grown('database_statement_seconds_total', { statement }),
      },
    ]),
  );
  const outgoing = after.values('outgoing_breaker_state', 'dependency').map((dependency) => {
    const ended = (outcome: string) =>
      grown('outgoing_call_duration_seconds_count', { dependency, outcome });
    return {
      dependency,
      calls: histogram('outgoing_call_duration_seconds', { dependency }),
      failed: ended('failed') + ended('timeout'),
      refused: grown('outgoing_calls_refused_total', { dependency }),
      inUse: average('outgoing_bulkhead_calls', { dependency, state: 'in_use' }),
      open: after.sum('outgoing_breaker_state', { dependency }) === 2,
    };
  });
  const isWorker = after.has('worker_slots');
  const runs = histogram('job_run_duration_seconds');
  const slots = after.sum('worker_slots');
  return {
    url,
    loop: grown('nodejs_eventloop_active_seconds_total') / seconds,
    pool: {
      size: after.sum('database_pool_size'),
      callers: grown('database_statement_seconds_total') / seconds,
    },
    statements,
    outgoing,
    // A worker has no requests; an api that had none yet has no samples, but their type.
    requests: isWorker ? undefined : histogram('http_request_duration_seconds'),
    cache: isWorker
      ? undefined
      : {
          hits: grown('cache_hits_total'),
          misses: grown('cache_misses_total'),
          loads: grown('cache_loads_total'),
          repeated: grown('cache_repeated_loads_total'),
          loadSeconds: grown('cache_load_seconds_total'),
          l1: {
            used: after.sum('cache_l1_bytes', { kind: 'used' }),
            limit: after.sum('cache_l1_bytes', { kind: 'limit' }),
          },
        },
    worker: isWorker
      ? {
          slots,
          // Short runs are seen by what ended (Little's law), long ones by what is under way.
          busy: Math.max(
            average('worker_slots', { state: 'busy' }),
            Math.min(slots, runs.seconds / seconds),
          ),
          runs,
        }
      : undefined,
  };
}
