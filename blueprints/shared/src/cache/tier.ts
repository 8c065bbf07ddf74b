import type { Entry, Lifetimes } from './entry.ts';

/** What a tier that all processes share tells of an entry. */
export interface Look {
  /** The entry, if it still serves for anything. */
  entry?: Entry | undefined;
  /** The duty to load it. */
  ticket?: Ticket;
}

/** Must be used up by one of the two. */
export interface Ticket {
  /** Stores what was loaded, unless a tag was invalidated since the look: then false. */
  keep(text: string, lifetimes: Lifetimes): Promise<boolean>;
  /** Lets others load. */
  release(): void;
}

export interface Listener {
  invalidated(tag: string): void;
  /** Invalidations may have been missed. */
  missed(): void;
}

/** The tier between the processes and the loader. No method rejects: while the tier fails, nothing
 *  is found in it and nothing is kept. */
export interface Tier {
  /** Waits for a load elsewhere, for a bounded time, unless there is an entry to serve meanwhile. */
  look(id: string, tags: readonly string[]): Promise<Look>;
  /** All processes, also those that load right now, lose what carries one of these tags. */
  invalidate(tags: readonly string[]): Promise<void>;
  listen(listener: Listener): void;
  close(): void;
}
