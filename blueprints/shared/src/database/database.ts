import pg from 'pg';
import type { Logger } from '../logger.ts';
import type { Statement } from './statement.ts';
import { traceStatement } from './tracing.ts';

export interface DatabaseOptions {
  url: string;
  /** The most connections. */
  size: number;
  /** ms a query waits for a connection before it is refused; pg's own default is for ever. */
  acquireMs: number;
  /** ms after which the server ends a statement: a connection that is silent for longer is dead. */
  statementMs: number;
  name: string;
}

/** What reads may go through that can be a little old. */
export interface Reader extends Pick<Database, 'query' | 'first'> {
  /** How old what is read now may be at most. */
  readonly ageMs: number;
}

export interface Cost {
  calls: number;
  seconds: number;
}

/** How much longer than the server the client waits for a statement. */
const silenceMs = 2000;

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** The one door to Postgres: it knows declared statements only, and sends each under its name, so
 *  that Postgres plans it once a connection. Statement timeouts are the role's (see roles.ts): a
 *  transaction pooler keeps no session's settings. */
export class Database implements Reader {
  private readonly pool: pg.Pool;
  /** What each statement has cost its callers so far, waits for a connection included. */
  readonly costs = new Map<string, Cost>();
  /** When it last answered (performance.now()). */
  answeredAt = Number.NEGATIVE_INFINITY;
  readonly ageMs = 0;

  constructor({ url, size, acquireMs, statementMs, name }: DatabaseOptions, log: Logger) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: size,
      connectionTimeoutMillis: acquireMs,
      query_timeout: statementMs + silenceMs,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      application_name: name,
    });
    // An idle connection that breaks is dropped by the pool; unheard, its error would end the process.
    this.pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  }

  async query<Row extends object>(
    statement: Statement<Row>,
    values: unknown[] = [],
  ): Promise<Row[]> {
    const { name, text } = statement;
    const askedAt = performance.now();
    try {
      const answer = this.pool.query<Row & pg.QueryResultRow>({ name, text, values });
      const { rows } = await traceStatement(statement, answer);
      this.answeredAt = performance.now();
      return rows;
    } finally {
      this.count(name, performance.now() - askedAt);
    }
  }

  /** The first row, if there is one. */
  async first<Row extends object>(
    statement: Statement<Row>,
    values: unknown[] = [],
  ): Promise<Row | undefined> {
    const [row] = await this.query(statement, values);
    return row;
  }

  /** Connections by state; `waiting` are callers without one. */
  get connections() {
    const { idleCount: idle, totalCount, waitingCount: waiting } = this.pool;
    return { idle, used: totalCount - idle, waiting };
  }

  /** The most connections. */
  get size(): number {
    return this.pool.options.max;
  }

  /** Whether a caller would have to wait. */
  get saturated(): boolean {
    return this.pool.idleCount === 0 && this.pool.totalCount >= this.size;
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private count(name: string, ms: number) {
    const cost = this.costs.get(name);
    if (!cost) {
      this.costs.set(name, { calls: 1, seconds: ms / 1000 });
      return;
    }
    cost.calls += 1;
    cost.seconds += ms / 1000;
  }
}
