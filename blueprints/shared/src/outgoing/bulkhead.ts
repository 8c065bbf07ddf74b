import { context } from '@opentelemetry/api';
import { type BulkheadPolicy, bulkhead, isBulkheadRejectedError } from 'cockatiel';
import { aborted } from '../deadline.ts';

export interface BulkheadOptions {
  /** Calls under way at once. */
  concurrency: number;
  /** How many more may wait for their turn, and for how long each. */
  queueSize: number;
  queueMs: number;
}

export class BulkheadFull extends Error {
  override name = 'BulkheadFull';
}

/** Bounds what one dependency may take of the process: calls under way, and calls that wait. */
export class Bulkhead {
  private readonly options: BulkheadOptions;
  private readonly policy: BulkheadPolicy;

  constructor(options: BulkheadOptions) {
    this.options = options;
    this.policy = bulkhead(options.concurrency, options.queueSize);
  }

  get inUse() {
    return this.options.concurrency - this.policy.executionSlots;
  }

  get queued() {
    return this.options.queueSize - this.policy.queueSlots;
  }

  /** Throws BulkheadFull when there is no turn in time, and the signal's reason when it aborts. */
  async execute<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const wait = new AbortController();
    const timer = setTimeout(() => wait.abort(new BulkheadFull()), this.options.queueMs);
    const either = AbortSignal.any([signal, wait.signal]);
    // The turn comes when another call ends, but it is its caller's.
    const turn = context.bind(context.active(), () => {
      clearTimeout(timer);
      return call();
    });
    try {
      // The policy itself looks at the signal of a waiting call only when its turn comes.
      return await Promise.race([this.policy.execute(turn, either), aborted(either)]);
    } catch (error) {
      throw isBulkheadRejectedError(error) ? new BulkheadFull() : error;
    } finally {
      clearTimeout(timer);
    }
  }
}
