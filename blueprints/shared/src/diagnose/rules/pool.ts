import { counted, duration, number, percent } from '../figures.ts';
import { type Finding, type Rule, worst } from '../finding.ts';
import type { ProcessReading, Readings } from '../readings.ts';

/** Callers wait for a connection of their process. */
export const pool: Rule = {
  cause: 'pool',
  explains: ['workers'],
  find: (readings) => worst(readings.processes.flatMap((process) => judge(process, readings))),
};

function judge(process: ProcessReading, { seconds, postgres }: Readings): Finding[] {
  const { size, callers } = process.pool;
  if (callers <= size) return [];
  const waiting = callers - size;
  const calls = [...process.statements.values()].reduce((sum, cost) => sum + cost.calls, 0);
  const variable = process.requests ? 'API_POOL' : 'WORKER_POOL';
  const wanted = Math.max(size + 1, Math.min(4 * size, Math.ceil(callers)));
  const server = postgres?.server;
  return [
    {
      severity: waiting / callers,
      title: `The pool is too small: ${number(waiting)} callers wait for ${size === 1 ? 'its one connection' : `one of its ${size} connections`}`,
      evidence: [
        `${process.url}: ${counted(size, 'connection')}, ${number(callers)} callers on average: ${percent(waiting / callers)} of a statement's time is waiting for a connection`,
        `Once it has one, a statement takes ${duration((size * seconds) / Math.max(1, calls))}`,
        ...(server
          ? [`Postgres has ${server.connections} of ${server.max_connections} connections in use`]
          : []),
      ],
      quickWins: [
        `${variable}=${wanted} (now ${size}), while all processes together stay below 80 % of max_connections`,
      ],
      structural: [
        'More processes with small pools through PgBouncer (transaction mode), when Postgres runs out of connections',
        'Fewer or shorter statements a request: batches, caches, nothing slow between two statements',
      ],
      measure: [
        'sum by (instance) (rate(database_statement_seconds_total[5m])) must stay below database_pool_size',
        'max_over_time(database_pool_connections{state="waiting"}[5m])',
      ],
    },
  ];
}
