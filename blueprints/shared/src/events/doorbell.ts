import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import type { OnEvents } from '../jobs/model.ts';
import type { Logger } from '../logger.ts';
import { notify } from './statements.ts';

/** A job's name on the channel: 32 random bits of its id, so that two jobs of one name are rare.
 *  They do no harm: whoever is rung looks, and finds nothing. */
export const bellOf = (id: string) => id.slice(-bellLength);
export const bellLength = 8;

/** The jobs of one notification, which Postgres bounds to less than 8000 bytes. */
const maxBells = 999;
const maxWaiting = 100_000;
/** Postgres commits notifications one after the other; what comes in between goes together. */
const pauseMs = 20;

/** Tells every api process that jobs have events. It only shortens their wait, so it is never waited
 *  for and may fail: they also look by themselves. */
export class Doorbell {
  private readonly db: Database;
  private readonly log: Logger;
  private readonly waiting = new Set<string>();
  private ringing = false;

  constructor(db: Database, log: Logger) {
    this.db = db;
    this.log = log;
  }

  readonly ring: OnEvents = (jobs) => {
    for (const { id } of jobs) {
      if (this.waiting.size < maxWaiting) this.waiting.add(bellOf(id));
    }
    if (!this.ringing && this.waiting.size > 0) void this.notify();
  };

  private async notify() {
    this.ringing = true;
    while (this.waiting.size > 0) {
      const bells: string[] = [];
      for (const bell of this.waiting) {
        this.waiting.delete(bell);
        if (bells.push(bell) === maxBells) break;
      }
      try {
        await this.db.query(notify, [bells.join('')]);
      } catch (error) {
        this.log.debug({ err: error, jobs: bells.length }, 'doorbell not heard');
      }
      await sleep(pauseMs, undefined, { ref: false });
    }
    this.ringing = false;
  }
}
