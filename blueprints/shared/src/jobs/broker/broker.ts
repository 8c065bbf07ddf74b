import type { Message, Run } from '../model.ts';
import type { Consumer } from '../transport.ts';

/** Carries runs from the outbox to the workers. It may lose, duplicate and reorder them: the jobs
 *  table is the truth, and a message that cannot be claimed is forgotten. */
export interface Broker {
  /** The queue's name. */
  readonly queue: string;
  /** False while publishing would have to wait. */
  readonly available: boolean;
  publish(messages: Message[]): Promise<void>;
  /** Those runs whose messages it no longer has. */
  lost(runs: Run[]): Promise<Run[]>;
  /** Changes when the whole queue was lost. */
  epoch(): Promise<string>;
  close(): Promise<void>;
}

/** Hands runs that come by a broker to whoever handles them. */
export type Consume = (handle: (run: Run) => Promise<void>, concurrency: number) => Consumer;
