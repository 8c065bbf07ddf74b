import type { Message, Run } from './model.ts';

export interface Consumer {
  /** Takes no further messages; settles when the handler is done with those it has. */
  close(): Promise<void>;
}

/** Carries runs from the outbox to the workers. It may lose, duplicate and reorder them: the jobs
 *  table is the truth, and a message that cannot be claimed is forgotten. */
export interface Transport {
  /** The queue's name. */
  readonly queue: string;
  /** False while publishing would have to wait. */
  readonly available: boolean;
  publish(messages: Message[]): Promise<void>;
  /** Those runs whose messages it no longer has. */
  lost(runs: Run[]): Promise<Run[]>;
  /** Changes when the whole queue was lost. */
  epoch(): Promise<string>;
  consume(handle: (run: Run) => Promise<void>, concurrency: number): Consumer;
  close(): Promise<void>;
}
