import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './client.ts';
import { percentile } from './figures.ts';

/** Requests at a steady rate, whether or not those before were answered, until it is stopped. */
export class Traffic {
  readonly answers: Answer[] = [];
  readonly startedAt = performance.now();
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  constructor(perSecond: number, ask: () => Promise<Answer>) {
    this.running = this.run(perSecond, ask);
  }

  private async run(perSecond: number, ask: () => Promise<Answer>) {
    const open = new Set<Promise<void>>();
    for (let sent = 0; !this.stopping.signal.aborted; sent += 1) {
      const one = ask().then((answer) => {
        this.answers.push(answer);
        open.delete(one);
      });
      open.add(one);
      const waitMs = this.startedAt + (1000 * (sent + 1)) / perSecond - performance.now();
      if (waitMs > 0)
        await sleep(waitMs, undefined, { signal: this.stopping.signal }).catch(() => {});
    }
    await Promise.all(open);
  }

  /** Settles when the last request was answered. */
  async stop(): Promise<Answer[]> {
    this.stopping.abort();
    await this.running;
    return this.answers;
  }
}

export const p99 = (answers: Answer[]) =>
  percentile(
    answers.map(({ ms }) => ms),
    0.99,
  );

/** Seconds from a moment to the end of the last request that failed after it; 0 when none did. */
export function secondsOfErrors(answers: Answer[], since: number): number {
  const failed = answers.filter(
    ({ status, at, ms }) => status !== 202 && status !== 200 && at + ms > since,
  );
  return Math.max(0, ...failed.map(({ at, ms }) => (at + ms - since) / 1000));
}
