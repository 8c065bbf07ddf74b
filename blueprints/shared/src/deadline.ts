export class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded';
}

export interface Deadline {
  ms: number;
  /** What did not end in time, for the error: "The call to ai". */
  of: string;
  /** Whose abort ends the work as well. */
  signal?: AbortSignal;
}

/** Runs work under a signal that aborts at its deadline or with the caller's. It settles then, also
 *  when the work does not listen: with DeadlineExceeded, or the caller's own reason. */
export async function withDeadline<T>(
  { ms, of, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const late = () => deadline.abort(new DeadlineExceeded(`${of} did not end within ${ms} ms`));
  const timer = setTimeout(late, ms);
  const either = AbortSignal.any([deadline.signal, ...(signal ? [signal] : [])]);
  try {
    return await Promise.race([work(either), aborted(either)]);
  } catch (error) {
    throw either.aborted ? either.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects with the signal's reason as soon as it aborts. */
export const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
