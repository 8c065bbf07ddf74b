/** An answer as JSON text, and until when it serves, by this process' monotonic clock
 *  (`performance.now()`). Age counts from before its load began. */
export interface Entry {
  text: string;
  freshUntil: number;
  /** From `freshUntil` on it serves while somebody loads it anew. */
  staleUntil: number;
  /** From `staleUntil` on it serves only instead of an error. */
  goneAt: number;
}

/** The same spans in ms since the load began. */
export interface Lifetimes {
  freshMs: number;
  staleMs: number;
  goneMs: number;
}

export interface Ttls {
  ttlMs: number;
  /** Of a loaded null or undefined. */
  negativeTtlMs: number;
  stalenessMs: number;
  staleOnErrorMs: number;
}

const jitter = 0.1;

/** Jitter only shortens, so no bound is exceeded. That nothing was found is never served stale. */
export function lifetimesOf(text: string, ttls: Ttls): Lifetimes {
  const { ttlMs, negativeTtlMs, stalenessMs, staleOnErrorMs } = ttls;
  const spread = 1 - jitter * Math.random();
  const freshMs = Math.min(ttlMs, stalenessMs) * spread;
  if (text === '' || text === 'null') {
    const ms = Math.min(negativeTtlMs * spread, freshMs);
    return { freshMs: ms, staleMs: ms, goneMs: ms };
  }
  return { freshMs, staleMs: stalenessMs, goneMs: stalenessMs + staleOnErrorMs };
}

export const entryOf = (text: string, began: number, lifetimes: Lifetimes): Entry => ({
  text,
  freshUntil: began + lifetimes.freshMs,
  staleUntil: began + lifetimes.staleMs,
  goneAt: began + lifetimes.goneMs,
});

/** JSON, and an empty text for undefined. */
export const encode = (value: unknown): string => JSON.stringify(value) ?? '';

export const decode = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));
