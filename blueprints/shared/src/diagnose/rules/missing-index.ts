import { number, percent, short } from '../figures.ts';
import { type Finding, type Rule, worst } from '../finding.ts';
import {
  type PostgresReading,
  type Readings,
  type TableReading,
  workSeconds,
} from '../readings.ts';
import { thresholds } from '../thresholds.ts';

/** A table that has grown is read from end to end, by a statement whose plan says so. */
export const missingIndex: Rule = {
  cause: 'missing-index',
  explains: ['slow-statement', 'cold-cache', 'pool', 'workers', 'buffers', 'event-loop'],
  find({ postgres, ...rest }) {
    if (!postgres) return undefined;
    const scanned = postgres.tables.filter(isScanned);
    return worst(scanned.map((table) => judge(table, postgres, { postgres, ...rest })));
  },
};

/** Whether it is large, and was read from end to end. */
export const isScanned = ({ rows, scanned }: TableReading) =>
  rows >= thresholds.grownRows && scanned >= rows;

function judge(table: TableReading, postgres: PostgresReading, readings: Readings): Finding {
  const { seconds, processes } = readings;
  const statements = postgres.statements.filter(({ scans }) =>
    scans.some((scan) => scan.table === table.table),
  );
  const names = new Set(statements.map(({ name }) => name));
  const filters = new Set(
    statements.flatMap(({ scans }) =>
      scans.filter((scan) => scan.table === table.table).map(({ filter }) => filter),
    ),
  );
  const ofCallers = processes.map((process) => {
    const work = workSeconds(process);
    if (work < thresholds.working * seconds) return 0;
    const lost = [...process.statements].filter(([name]) => names.has(name));
    return Math.min(1, lost.reduce((sum, [, cost]) => sum + cost.seconds, 0) / work);
  });
  const perSecond = table.scanned / seconds;
  const ofCore = Math.min(1, perSecond / thresholds.rowsPerCoreSecond);
  const share = Math.max(0, ...ofCallers);
  const conditions = [...filters].filter((filter) => filter !== undefined);
  return {
    severity: Math.max(share, ofCore),
    title:
      statements.length > 0
        ? `An index is missing: ${table.table} is read from end to end`
        : `${table.table} is read from end to end, by a backup or a statement without a plan`,
    evidence: [
      `${number(table.scans / seconds)} sequential scans/s of ${table.table} (${number(table.rows)} rows) read ${number(perSecond)} rows/s`,
      ...statements.map(
        ({ name, calls, serverSeconds }) =>
          `${short(name)}: planned as Seq Scan${calls === 0 ? '' : `, ${number(calls / seconds)} calls/s`}${serverSeconds === undefined ? '' : `, ${number((1000 * serverSeconds) / calls)} ms each in Postgres`}`,
      ),
      ...(share > 0 ? [`${percent(share)} of what requests or runs take is spent in it`] : []),
    ],
    quickWins: [
      conditions.length > 0
        ? `Create an index on ${table.table} for: ${short(conditions.join(' or '), 200)}`
        : `Find what scans ${table.table}, and give it an index`,
      'On a large table: CREATE INDEX CONCURRENTLY, then the same in a migration with IF NOT EXISTS',
    ],
    structural: [
      'Declare the statement with an example that a test/**/seed.ts fills the table for: npm test then fails without the index',
      'What must read much (reports): a roll-up table, as usage_days is',
    ],
    measure: [
      `SELECT seq_scan, seq_tup_read FROM pg_stat_user_tables WHERE relname = '${table.table}'; both must stop growing`,
      ...[...names].filter(isName).map(secondsPerCall),
    ],
  };
}

const isName = (name: string) => /^[\w.]+$/.test(name);
const secondsPerCall = (name: string) =>
  `rate(database_statement_seconds_total{statement="${name}"}[5m]) / rate(database_statements_total{statement="${name}"}[5m])`;
