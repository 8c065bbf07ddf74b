import type { LoopOptions } from '../loop.ts';
import type { Runner } from './runner.ts';

export interface Consumer {
  /** Takes no further jobs; settles when the runner is done with those it has. */
  close(): Promise<void>;
}

/** Brings runnable jobs from their table to the workers. */
export interface Transport {
  /** What it needs done again and again, in every worker. */
  readonly chores: LoopOptions[];
  /** Gives the runner up to `concurrency` jobs at once. */
  consume(runner: Runner, concurrency: number): Consumer;
  close(): Promise<void>;
}
