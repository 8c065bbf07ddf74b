import { duration, mean, number, percent } from '../figures.ts';
import { type Finding, type Rule, worst } from '../finding.ts';
import { type Cost, type ProcessReading, workSeconds } from '../readings.ts';
import { thresholds } from '../thresholds.ts';

/** One statement is called many times a request, or a run: rows are asked for one by one. */
export const nPlusOne: Rule = {
  cause: 'n-plus-one',
  explains: ['pool', 'event-loop', 'workers'],
  find: ({ seconds, processes }) =>
    worst(
      processes.flatMap((process) =>
        [...process.statements].flatMap(([name, cost]) => judge(process, name, cost, seconds)),
      ),
    ),
};

function judge(process: ProcessReading, name: string, cost: Cost, seconds: number): Finding[] {
  const [units, unit] = process.requests
    ? [process.requests.calls, 'request']
    : [process.worker?.runs.calls ?? 0, 'run'];
  const each = cost.calls / units;
  const work = workSeconds(process);
  if (units === 0 || each < thresholds.callsPerRequest) return [];
  if (cost.calls / seconds < thresholds.callsPerSecond) return [];
  if (work < thresholds.working * seconds) return [];
  const severity = Math.min(1, cost.seconds / work) * (1 - 1 / each);
  return [
    {
      severity,
      title: `N+1: ${name} is called ${number(each)} times a ${unit}`,
      evidence: [
        `${process.url}: ${number(cost.calls / seconds)} calls/s of ${name} for ${number(units / seconds)} ${unit}s/s`,
        `${duration(mean(cost))} each: ${percent(Math.min(1, cost.seconds / work))} of what ${unit}s take`,
      ],
      quickWins: [
        `Ask once for all rows: ${name} with WHERE id = ANY ($1) in place of id = $1, outside of the loop`,
      ],
      structural: [
        'Where rows belong to rows, one statement with a JOIN, and LIMIT in it',
        'Where many callers ask at the same moment: coalesce them (src/coalesce.ts)',
      ],
      measure: [
        `rate(database_statements_total{statement="${name}"}[5m]) beside ${
          unit === 'request'
            ? 'sum(rate(http_request_duration_seconds_count[5m]))'
            : 'sum(rate(job_runs_total[5m]))'
        }: about one ${unit} a call`,
      ],
    },
  ];
}
