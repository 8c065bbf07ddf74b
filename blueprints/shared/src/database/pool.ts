import pg from 'pg';
import type { Logger } from '../logger.ts';

export interface PoolOptions {
  url: string;
  size: number;
  /** ms a query waits for a connection before it is refused; pg's own default is for ever. */
  acquireMs: number;
  name: string;
}

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Statement timeouts are the role's (see roles.ts): a transaction pooler keeps no session's settings. */
export function createPool({ url, size, acquireMs, name }: PoolOptions, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: acquireMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: name,
  });
  // An idle connection that breaks is dropped by the pool; unheard, its error would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  return pool;
}

/** No answer, or none in time: the statement may or may not have been carried out. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return /timeout|terminated|not queryable/i.test(error.message);
  // 08 connection, 53 resources, 57 operator (shutdown, timeout), 25006 read-only after a failover.
  return /^(08|53|57)/.test(code) || code === '25006' || /^E[A-Z]+$/.test(code);
}
