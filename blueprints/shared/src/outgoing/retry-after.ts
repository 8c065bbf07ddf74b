/** A Retry-After (RFC 9110: seconds or a date) in ms from now; 0 when it says nothing. */
export function retryAfterMs(header: string | string[] | undefined): number {
  const text = String(header ?? '').trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Math.max(0, ms || 0);
}
