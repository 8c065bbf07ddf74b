import type { Depths } from '../ops/statements.ts';
import type { Exposition } from './exposition.ts';
import type { RedisLook } from './redis-look.ts';
import type { Server, StatementUse, TableUse, Waiting } from './statements.ts';

/** One look at everything. Counters count since they began; two looks make rates. */
export interface Snapshot {
  /** On the clock of performance.now(). */
  at: number;
  postgres: PostgresLook | undefined;
  /** By the URL of their operations port. */
  processes: Map<string, Exposition>;
  redis: RedisLook[];
}

export interface PostgresLook {
  server: Server;
  locks: Waiting;
  queue: Depths | undefined;
  tables: TableUse[];
  /** undefined without pg_stat_statements. */
  statements: StatementUse[] | undefined;
}
