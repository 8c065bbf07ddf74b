export interface RetryBudgetOptions {
  /** Tokens that a first call earns; a retry costs one. So retries stay below this share of calls. */
  ratio: number;
  /** Tokens a second besides, so that a service with few calls can retry at all. */
  trickle: number;
  /** The most tokens that are saved up, and those at the start. */
  capacity: number;
}

const longestWaitMs = 60_000;

export const retryBudgetDefaults: RetryBudgetOptions = { ratio: 0.1, trickle: 0.5, capacity: 10 };

/** Keeps retries from multiplying the load of a dependency that is in trouble: from a call that fails
 *  until one goes right. Savings are for single mishaps: each call that fails halves them, so in an
 *  outage they are gone at once. A retry that goes right gets its token back. */
export class RetryBudget {
  private readonly options: RetryBudgetOptions;
  private saved: number;
  private countedAt = performance.now();
  /** Retries that were told to wait; each success halves it. */
  private refused = 0;
  private failing = false;

  constructor(options: RetryBudgetOptions) {
    this.options = options;
    this.saved = options.capacity;
  }

  get tokens(): number {
    const now = performance.now();
    const trickled = (this.options.trickle * (now - this.countedAt)) / 1000;
    this.countedAt = now;
    this.add(trickled);
    return this.saved;
  }

  /** How long a retry has to wait: 0 when it may be made now, as while calls go right: then what is
   *  retried failed for other reasons, such as a worker that died. Those who wait get a token one
   *  after the other, so each is told to wait longer than the one before, up to a minute: many that
   *  come back in vain are a load themselves. */
  admit(): number {
    const missing = 1 - this.tokens;
    if (!this.failing || missing <= 0) return 0;
    this.refused += 1;
    const waitMs = ((missing + this.refused) / this.options.trickle) * 1000;
    return Math.min(longestWaitMs, waitMs);
  }

  earn(): void {
    this.add(this.options.ratio);
  }

  spend(): void {
    this.saved = Math.max(0, this.saved - 1);
  }

  succeeded({ retry }: { retry: boolean }): void {
    this.failing = false;
    this.refused = Math.floor(this.refused / 2);
    if (retry) this.add(1);
  }

  failed(): void {
    this.failing = true;
    this.saved /= 2;
  }

  private add(tokens: number) {
    this.saved = Math.min(this.options.capacity, this.saved + tokens);
  }
}
