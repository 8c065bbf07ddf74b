import type { Logger } from '../logger.ts';
import { AbortReason } from './failures.ts';
import type { Run } from './model.ts';
import type { JobStore } from './store.ts';

interface Held extends Run {
  abort: AbortController;
}

export interface Lease extends Disposable {
  /** Aborts with an AbortReason when the run is no longer this worker's, or is to be handed back. */
  readonly signal: AbortSignal;
}

/** Keeps the leases of this process' runs and aborts those it no longer has: cancelled ones within
 *  `checkMs`, and all of them when the database has not answered for the length of a lease. */
export class Leases {
  private readonly held = new Set<Held>();
  private readonly store: JobStore;
  private readonly leaseMs: number;
  private readonly checkMs: number;
  private readonly log: Logger;
  private renewedAt = performance.now();
  private stopping = false;

  constructor(store: JobStore, leaseS: number, log: Logger, checkMs = 1000) {
    this.store = store;
    this.leaseMs = leaseS * 1000;
    this.checkMs = Math.min(checkMs, this.leaseMs / 3);
    this.log = log;
  }

  hold({ id, run }: Run): Lease {
    if (this.held.size === 0) this.renewedAt = performance.now();
    const held = { id, run, abort: new AbortController() };
    this.held.add(held);
    // Its claim was under way when the worker was told to stop.
    if (this.stopping) held.abort.abort(new AbortReason('shutdown'));
    return { signal: held.abort.signal, [Symbol.dispose]: () => this.held.delete(held) };
  }

  abortAll(kind: AbortReason['kind']) {
    this.stopping ||= kind === 'shutdown';
    for (const { abort } of this.held) abort.abort(new AbortReason(kind));
  }

  get loop() {
    return { name: 'leases', everyMs: this.checkMs, tick: () => this.tick() };
  }

  private async tick() {
    const runs = [...this.held];
    if (runs.length === 0) return;
    try {
      const askedAt = performance.now();
      if (askedAt - this.renewedAt >= this.leaseMs / 3) {
        await this.store.renewLeases(runs);
        this.renewedAt = askedAt;
      }
      const mine = await this.store.heldLeases(runs);
      for (const { id, abort } of runs) if (!mine.has(id)) abort.abort(new AbortReason('lost'));
    } catch (error) {
      this.log.warn({ err: error }, 'leases could not be renewed');
      if (performance.now() - this.renewedAt > this.leaseMs) this.abortAll('lost');
    }
  }
}
