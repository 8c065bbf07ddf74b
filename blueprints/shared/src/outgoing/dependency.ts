import { SpanKind } from '@opentelemetry/api';
import { isBrokenCircuitError } from 'cockatiel';
import { checkDeadline, DeadlineExceeded, withDeadline } from '../deadline.ts';
import { PermanentError } from '../jobs/failures.ts';
import { activeSpan, inSpan, markFailed, startSpan } from '../tracing/spans.ts';
import { Breaker, type BreakerOptions, breakerDefaults, type Outcome } from './breaker.ts';
import { Bulkhead, BulkheadFull } from './bulkhead.ts';
import { CallFailed, CallRefused, type Refusal } from './errors.ts';
import type { OutgoingMetrics } from './metrics.ts';
import { RetryBudget, type RetryBudgetOptions, retryBudgetDefaults } from './retry-budget.ts';

export interface DependencyOptions {
  /** In metrics and messages. */
  name: string;
  /** The deadline of each call, in ms (1 to 2³¹−1), from when its turn has come. */
  timeoutMs: number;
  /** Calls at once from this process; as many may wait, for at most `queueMs` (5000). */
  concurrency: number;
  queueMs?: number;
  breaker?: Partial<BreakerOptions>;
  retryBudget?: Partial<RetryBudgetOptions>;
}

export interface CallOptions<T> {
  /** Aborts the call with the caller. */
  signal: AbortSignal;
  /** Whether this was tried before: retries have a budget. */
  retry?: boolean;
  /** What to do when the call is refused; without it CallRefused is thrown. */
  fallback?: (refused: CallRefused) => T | Promise<T>;
}

type Ending<T> = Outcome & { outcome: string } & ({ value: T } | { error: unknown });

/** A pause that a dependency asks for is kept, but no longer than this. */
const longestPauseMs = 300_000;

/** The one door to something outside: every call has a deadline and a place in the bulkhead, and is
 *  refused at once, untried, while the dependency is in trouble. It never retries: jobs do. */
export class Dependency {
  readonly name: string;
  readonly breaker: Breaker;
  readonly bulkhead: Bulkhead;
  readonly budget: RetryBudget;
  private readonly timeoutMs: number;
  private readonly queueMs: number;
  private readonly metrics: OutgoingMetrics;
  private pausedUntil = 0;

  constructor(options: DependencyOptions, metrics: OutgoingMetrics) {
    const { name, timeoutMs, concurrency, queueMs = 5000 } = options;
    checkDeadline(`The dependency ${name}`, timeoutMs);
    this.name = name;
    this.timeoutMs = timeoutMs;
    this.queueMs = queueMs;
    this.breaker = new Breaker({ ...breakerDefaults, ...options.breaker });
    this.bulkhead = new Bulkhead({ concurrency, queueSize: concurrency, queueMs });
    this.budget = new RetryBudget({ ...retryBudgetDefaults, ...options.retryBudget });
    this.metrics = metrics;
    metrics.watch(this);
  }

  /** Throws CallRefused when the call was not made, DeadlineExceeded, the signal's reason, or what
   *  `work` throws; all of it but a PermanentError counts against the dependency. */
  async call<T>(work: (signal: AbortSignal) => Promise<T>, options: CallOptions<T>): Promise<T> {
    const attributes = { 'outgoing.dependency': this.name };
    const span = startSpan(`call ${this.name}`, { kind: SpanKind.CLIENT, attributes });
    try {
      return await inSpan(span, () => this.tryCall(work, options));
    } catch (error) {
      markFailed(span, error instanceof Error ? error.name : typeof error);
      throw error;
    } finally {
      span?.end();
    }
  }

  private async tryCall<T>(
    work: (signal: AbortSignal) => Promise<T>,
    { signal, retry = false, fallback }: CallOptions<T>,
  ): Promise<T> {
    try {
      this.admit(retry);
      return await this.bulkhead.execute(() => this.attempt(work, signal, retry), signal);
    } catch (error) {
      const refused = this.asRefused(error);
      if (!refused) throw error;
      this.metrics.refused(this.name, refused.refusal);
      activeSpan()?.setAttribute('outgoing.refusal', refused.refusal);
      if (!fallback) throw refused;
      return fallback(refused);
    }
  }

  private admit(retry: boolean) {
    const pauseMs = this.pausedUntil - performance.now();
    if (pauseMs > 0) throw this.refuse('paused', pauseMs);
    const { waitMs } = this.breaker;
    if (waitMs > 0) throw this.refuse('open', waitMs);
    const budgetMs = retry ? this.budget.admit() : 0;
    if (budgetMs > 0) throw this.refuse('budget', budgetMs);
  }

  private async attempt<T>(
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    retry: boolean,
  ): Promise<T> {
    this.admit(retry); // again: much may have changed while the call waited for its turn
    if (retry) this.budget.spend();
    else this.budget.earn();
    const isProbe = this.breaker.state !== 'closed';
    activeSpan()?.addEvent('admitted', { 'outgoing.breaker': this.breaker.state });
    const startedAt = performance.now();
    const ending = await this.breaker.execute(async () => {
      const ended = await this.endingOf(work, signal);
      // A probe that its caller aborted has shown nothing: the breaker opens again.
      const failed = ended.failed || (isProbe && ended.outcome === 'aborted');
      this.metrics.called(this.name, ended.outcome, (performance.now() - startedAt) / 1000);
      activeSpan()?.setAttribute('outgoing.outcome', ended.outcome);
      if (ended.outcome === 'aborted' && !failed) throw signal.reason;
      return { ...ended, failed };
    }, signal);
    if (ending.failed) this.budget.failed();
    else this.budget.succeeded({ retry });
    if ('error' in ending) throw ending.error;
    return ending.value;
  }

  private async endingOf<T>(
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<Ending<T>> {
    try {
      const deadline = { ms: this.timeoutMs, of: `The call to ${this.name}`, signal };
      return { failed: false, outcome: 'ok', value: await withDeadline(deadline, work) };
    } catch (error) {
      // A caller whose own deadline is over has waited for the dependency: that counts as well.
      const aborted = signal.aborted && !(signal.reason instanceof DeadlineExceeded);
      if (aborted) return { failed: false, outcome: 'aborted', error: signal.reason };
      if (error instanceof PermanentError) return { failed: false, outcome: 'rejected', error };
      if (error instanceof CallFailed) this.pause(error.retryAfterMs);
      const outcome = error instanceof DeadlineExceeded ? 'timeout' : 'failed';
      return { failed: true, outcome, error };
    }
  }

  private pause(ms = 0) {
    const until = performance.now() + Math.min(ms, longestPauseMs);
    this.pausedUntil = Math.max(this.pausedUntil, until);
  }

  private asRefused(error: unknown) {
    if (error instanceof CallRefused) return error;
    if (error instanceof BulkheadFull) return this.refuse('busy', this.queueMs);
    if (isBrokenCircuitError(error)) return this.refuse('open', this.breaker.waitMs);
    return undefined;
  }

  private refuse(refusal: Refusal, retryAfterMs: number) {
    return new CallRefused(this.name, refusal, Math.ceil(retryAfterMs));
  }
}
