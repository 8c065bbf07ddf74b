import { Postponed } from '../jobs/failures.ts';

/** Why a call was not made: the breaker is open, the dependency asked for a pause, the retry budget
 *  is used up, or all places are taken. */
export type Refusal = 'open' | 'paused' | 'budget' | 'busy';

export const becauseOf: Record<Refusal, string> = {
  open: 'its breaker is open',
  paused: 'it asked for a pause',
  budget: 'its retry budget is used up',
  busy: 'too many calls to it are under way',
};

/** The call was not made: a job whose handler throws this is put off. */
export class CallRefused extends Postponed {
  override name = 'CallRefused';
  readonly refusal: Refusal;

  constructor(dependency: string, refusal: Refusal, retryAfterMs: number) {
    super(`${dependency} was not called: ${becauseOf[refusal]}`, retryAfterMs);
    this.refusal = refusal;
  }
}

/** The call was made and went wrong: another try may go right. */
export class CallFailed extends Error {
  override name = 'CallFailed';
  /** When the dependency asked for a pause (Retry-After), how long. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: ErrorOptions & { retryAfterMs?: number | undefined } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}
