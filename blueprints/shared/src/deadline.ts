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

/** What a timer can wait for, in ms. */
const longestMs = 2 ** 31 - 1;

/** Throws RangeError for what is no deadline in ms; `of` is whose, as in the error. */
export function checkDeadline(of: string, ms: number): void {
  if (Number.isInteger(ms) && ms >= 1 && ms <= longestMs) return;
  throw new RangeError(
    `${of} has a deadline of ${ms} ms: it must be an integer, 1 to ${longestMs}`,
  );
}

/** Runs work under a signal that aborts at its deadline or with the caller's. It settles then, also
 *  when the work does not listen: with DeadlineExceeded, or the caller's own reason. */
export async function withDeadline<T>(
  { ms, of, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const deadline = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    deadline.abort(reason);
    reject(reason);
  };
  const late = () => end(new DeadlineExceeded(`${of} did not end within ${ms} ms`));
  const follow = () => end(signal?.reason);
  const timer = setTimeout(late, ms);
  // By hand: AbortSignal.any costs as much as all the rest.
  signal?.addEventListener('abort', follow, { once: true });
  try {
    return await Promise.race([work(deadline.signal), over]);
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', follow);
  }
}

/** Rejects with the signal's reason as soon as it aborts. */
export const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
