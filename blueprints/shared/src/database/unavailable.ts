/** No connection of the pool became free in time: pg-pool has no code for it. */
export const isExhausted = (error: unknown): boolean =>
  error instanceof Error && error.message === 'timeout exceeded when trying to connect';

/** No answer, or none in time: the statement may or may not have been carried out. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return /timeout|terminated|not queryable/i.test(error.message);
  // 08 connection, 53 resources, 57 operator (shutdown, timeout), 25006 read-only after a failover.
  return /^(08|53|57)/.test(code) || code === '25006' || /^E[A-Z]+$/.test(code);
}
