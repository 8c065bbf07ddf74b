import type { Database } from '../../database/database.ts';
import type { Logger } from '../../logger.ts';
import type { Broker } from './broker.ts';
import { putBack } from './relay.ts';
import * as statements from './statements.ts';

/** How long a published run may be on its way before the broker is asked for it. */
const graceS = 3;
/** Also bounds the rate at which lost runs are published again: one batch a turn and worker. */
const batchSize = 5000;

/** Finds runs that were published and that the broker no longer has. */
export class LostRuns {
  private readonly db: Database;
  private readonly broker: Broker;
  private readonly log: Logger;
  /** Runs published later than this went into the new queue. */
  private goneAt: Date | undefined;
  private last: { published_at: Date | string; id: string } = start;

  constructor(db: Database, broker: Broker, log: Logger) {
    this.db = db;
    this.broker = broker;
    this.log = log;
  }

  async recover(): Promise<void> {
    if (!this.broker.available) return;
    if (await this.recoverAll()) return;
    await this.recoverSome();
  }

  /** The queue as a whole is another than the one that was published to. Answers whether so. */
  private async recoverAll() {
    const epoch = await this.broker.epoch();
    const known = await this.db.first(statements.epoch, [this.broker.queue]);
    if (known?.epoch === epoch) {
      // Also when another worker has put the rest back.
      this.goneAt = undefined;
      return false;
    }
    if (known) {
      this.log.warn('the queue is gone; publishing again what was in it');
      this.goneAt ??= known.now;
      const values = [this.goneAt, batchSize];
      const rows = await this.db.query(statements.putBackAll, values);
      if (rows.length === batchSize) return true;
    }
    await this.db.query(statements.setEpoch, [this.broker.queue, epoch]);
    this.goneAt = undefined;
    return true;
  }

  /** Walks through a deep backlog, a batch a turn. */
  private async recoverSome() {
    const values = [this.last.published_at, this.last.id, graceS, batchSize];
    const runs = await this.db.query(statements.unclaimed, values);
    this.last = runs.length === batchSize ? (runs.at(-1) ?? start) : start;
    if (runs.length === 0) return;
    const lost = await this.broker.lost(runs);
    if (lost.length === 0) return;
    this.log.warn({ count: lost.length }, 'the broker lost messages; publishing them again');
    await putBack(this.db, lost);
  }
}

const start = { published_at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
