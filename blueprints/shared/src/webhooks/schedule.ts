/** What a receiver may ask for at most. */
const maxRetryAfterMs = 24 * 3_600_000;

/** ms from the n-th attempt to the next: the schedule's, with jitter, or longer if the receiver asks
 *  for it. undefined: that was the last one. */
export function delayAfter(
  attempts: number,
  schedule: readonly number[],
  retryAfterMs = 0,
): number | undefined {
  const delay = schedule[attempts - 1];
  if (delay === undefined) return undefined;
  const jittered = delay * (0.8 + 0.4 * Math.random());
  return Math.max(jittered, Math.min(retryAfterMs, maxRetryAfterMs));
}
