import type { Depths } from '../ops/statements.ts';
import type { Server, Waiting } from './statements.ts';

/** What was measured between two looks: all that rules judge by. */
export interface Readings {
  /** Between the looks. */
  seconds: number;
  expected: Expected;
  postgres: PostgresReading | undefined;
  processes: ProcessReading[];
  redis: RedisReading[];
  /** What could not be read, and what to do about it. */
  unread: string[];
}

/** What the brief planned with. */
export interface Expected {
  /** How long a call to the AI API takes. */
  aiSeconds: number;
  /** How long a job may wait for a worker. */
  waitSeconds: number;
}

export interface PostgresReading {
  server: Server;
  blocks: { hit: number; read: number };
  /** At the two looks. */
  locks: [Waiting, Waiting];
  queue: [Depths, Depths] | undefined;
  tables: TableReading[];
  statements: StatementReading[];
}

export interface TableReading {
  table: string;
  rows: number;
  /** Between the looks: sequential scans, and rows that they read. */
  scans: number;
  scanned: number;
}

/** A statement that ran between the looks. */
export interface StatementReading {
  /** Its declared name, or its text from pg_stat_statements. */
  name: string;
  text: string;
  calls: number;
  /** In Postgres; undefined without pg_stat_statements. */
  serverSeconds: number | undefined;
  /** Sequential scans of its generic plan, as far as somebody had to know. */
  scans: Scan[];
}

export interface Scan {
  table: string;
  filter: string | undefined;
}

export interface Cost {
  calls: number;
  seconds: number;
}

export interface ProcessReading {
  /** Of its operations port. */
  url: string;
  /** Share of the time in which its event loop was at work. */
  loop: number;
  /** `callers`: how many were at the pool on average, those it served included. */
  pool: { size: number; callers: number };
  /** What each statement cost its callers, waits for a connection included. */
  statements: Map<string, Cost>;
  /** Of an api process. */
  requests: Cost | undefined;
  cache: CacheReading | undefined;
  /** Of a worker. */
  worker: WorkerReading | undefined;
  outgoing: OutgoingReading[];
}

export interface CacheReading {
  hits: number;
  misses: number;
  loads: number;
  /** Loads of what had just been loaded. */
  repeated: number;
  loadSeconds: number;
  l1: { used: number; limit: number };
}

export interface WorkerReading {
  slots: number;
  /** How many runs there were at once, on average. */
  busy: number;
  /** Those that ended. */
  runs: Cost;
}

export interface OutgoingReading {
  dependency: string;
  /** Those that ended. */
  calls: Cost;
  failed: number;
  refused: number;
  /** On average of the two looks. */
  inUse: number;
  open: boolean;
}

export interface RedisReading {
  /** The variable that says where it is. */
  name: string;
  pingSeconds: number;
  usedBytes: number;
  /** 0: no limit. */
  maxBytes: number;
  evicted: number;
}

/** What requests and runs of a process took, without the calls to the outside that they waited for. */
export function workSeconds({ requests, worker, outgoing }: ProcessReading): number {
  const outside = outgoing.reduce((sum, { calls }) => sum + calls.seconds, 0);
  return (requests?.seconds ?? 0) + Math.max(0, (worker?.runs.seconds ?? 0) - outside);
}
