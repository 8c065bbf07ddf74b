import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from './logger.ts';

export interface LoopOptions {
  name: string;
  everyMs: number;
  /** Answers true when there is more to do at once. */
  tick: () => Promise<unknown>;
}

export type Outcome = 'done' | 'failed';

/** Repeats a task until it is stopped; an error is logged and the next turn comes as always.
 *  `onTurn` is told how each ended. Answers what stops it, which settles when a turn under way is over. */
export function startLoop(
  { name, everyMs, tick }: LoopOptions,
  log: Logger,
  onTurn?: (outcome: Outcome) => void,
): () => Promise<void> {
  const stop = new AbortController();
  const turn = async () => {
    while (!stop.signal.aborted) {
      let more = false;
      try {
        more = (await tick()) === true;
        onTurn?.('done');
      } catch (error) {
        onTurn?.('failed');
        log.warn({ err: error, loop: name }, `${name} failed; trying again`);
      }
      // Jitter keeps the replicas' turns apart.
      const wait = everyMs * (0.8 + 0.4 * Math.random());
      if (!more) await sleep(wait, undefined, { signal: stop.signal }).catch(() => {});
    }
  };
  const done = turn();
  return () => {
    stop.abort();
    return done;
  };
}
