import { statement } from '../database/statement.ts';

// What Postgres tells of itself. All of it is in its catalogs and statistics views, which are small.

export interface Server {
  version: string;
  max_connections: number;
  connections: number;
  shared_buffers: string;
  /** Whether pg_stat_statements can be read. */
  statistics: boolean;
  /** Blocks that were found in shared buffers, and those that were not, since the statistics began. */
  blocks_hit: number;
  blocks_read: number;
}

export const server = statement<Server>(
  'diagnose.server',
  `SELECT current_setting('server_version') AS version,
    current_setting('max_connections')::int AS max_connections,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int AS connections,
    current_setting('shared_buffers') AS shared_buffers,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS statistics,
    blks_hit AS blocks_hit, blks_read AS blocks_read
  FROM pg_stat_database WHERE datname = current_database()`,
);

export interface Waiting {
  /** Sessions of this database that wait for a lock, and those that hold one they wait for. */
  waiting: number;
  active: number;
  /** Seconds since the transaction that blocks the most began. */
  blocker_s: number | null;
  blocker_pid: number | null;
  blocker_state: string | null;
}

export const waitingForLocks = statement<Waiting>(
  'diagnose.locks',
  `WITH sessions AS (
    SELECT pid, state, wait_event_type, xact_start FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
  ), blockers AS (
    SELECT blocker AS pid, count(*) AS blocked
    FROM sessions, unnest(pg_blocking_pids(pid)) AS blocker
    WHERE wait_event_type = 'Lock' GROUP BY blocker
  )
  SELECT (SELECT count(*) FROM sessions WHERE wait_event_type = 'Lock')::int AS waiting,
    (SELECT count(*) FROM sessions WHERE state = 'active')::int AS active,
    b.pid AS blocker_pid, b.state AS blocker_state,
    extract(epoch FROM clock_timestamp() - b.xact_start)::float8 AS blocker_s
  FROM (SELECT) AS one LEFT JOIN (
    SELECT pid, state, xact_start FROM blockers JOIN sessions USING (pid)
    ORDER BY blocked DESC, xact_start LIMIT 1
  ) AS b ON true`,
);

export interface TableUse {
  table: string;
  rows: number;
  scans: number;
  /** Rows that sequential scans have read since the statistics began. */
  scanned: number;
}

export const tables = statement<TableUse>(
  'diagnose.tables',
  `SELECT s.relname AS table, greatest(c.reltuples, s.n_live_tup)::float8 AS rows,
    s.seq_scan AS scans, s.seq_tup_read AS scanned
  FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid`,
);

export interface StatementUse {
  id: string;
  calls: number;
  seconds: number;
}

/** Without their texts, which the server would have to read from a file. */
export const statementUse = statement<StatementUse>(
  'diagnose.statements',
  `SELECT queryid::text AS id, sum(calls)::float8 AS calls,
    sum(total_exec_time)::float8 / 1000 AS seconds
  FROM pg_stat_statements(false)
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND queryid IS NOT NULL
  GROUP BY queryid`,
);

export const statementTexts = statement<{ id: string; text: string }>(
  'diagnose.texts',
  `SELECT DISTINCT ON (queryid) queryid::text AS id, query AS text
  FROM pg_stat_statements(true)
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND queryid = ANY ($1::bigint[])`,
  () => [[1]],
);
