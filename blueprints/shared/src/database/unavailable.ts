/** No connection of the pool became free in time: pg-pool has no code for it. */
export const isExhausted = (error: unknown): boolean =>
  error instanceof Error && error.message === 'timeout exceeded when trying to connect';

/** No answer, or none in time: the statement may or may not have been carried out. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return /timeout|terminated|not queryable/i.test(error.message);
  // 08 connection, 28 no entry (a password that was changed), 3D no such database, 53 resources,
  // 57 operator (shutdown, timeout), 58 system, 25006 read-only after a failover, 40P01 the victim of a
  // deadlock. What Node says of sockets, names (EAI_AGAIN) and certificates has no number in it.
  return (
    /^(08|28|3D|53|57|58|25006|40P01)/.test(code) ||
    /^(E(?!RR_)[A-Z_]+$|ERR_(TLS|SSL)_|UNABLE_TO_)|CERT/.test(code)
  );
}
