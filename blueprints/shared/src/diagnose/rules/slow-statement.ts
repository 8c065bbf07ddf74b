import { duration, number, percent, short } from '../figures.ts';
import { type Rule, worst } from '../finding.ts';
import { thresholds } from '../thresholds.ts';

/** One statement keeps Postgres busy, and no index is missing. */
export const slowStatement: Rule = {
  cause: 'slow-statement',
  explains: ['pool', 'workers', 'buffers'],
  find({ seconds, postgres }) {
    const slow = (postgres?.statements ?? []).flatMap(({ name, calls, serverSeconds = 0 }) =>
      (1000 * serverSeconds) / calls >= thresholds.slowStatementMs
        ? [{ name, calls, serverSeconds }]
        : [],
    );
    return worst(
      slow.map(({ name, calls, serverSeconds }) => ({
        severity: Math.min(1, serverSeconds / seconds),
        title: `A statement is slow: ${duration(serverSeconds / calls)} each`,
        evidence: [
          short(name),
          `${number(calls / seconds)} calls/s keep ${number(serverSeconds / seconds)} connections busy: ${percent(Math.min(1, serverSeconds / seconds))} of one at least`,
        ],
        quickWins: ['EXPLAIN (ANALYZE, BUFFERS) it with the values of a slow call, on a copy'],
        structural: ['What it computes anew each time: a roll-up table, or the cache'],
        measure: [
          'SELECT calls, mean_exec_time, query FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 5',
        ],
      })),
    );
  },
};
