import type pg from 'pg';
import { query } from '../database/query.ts';
import type { Logger } from '../logger.ts';
import type { Run } from './model.ts';
import { outboxStatements } from './outbox-statements.ts';
import { putBack } from './relay.ts';
import type { Transport } from './transport.ts';

/** How long a published run may be on its way before the broker is asked for it. */
const graceS = 3;
/** Also bounds the rate at which lost runs are published again: one batch a turn and worker. */
const batchSize = 5000;

interface Unclaimed extends Run {
  published_at: Date;
}

/** Finds runs that were published and that the broker no longer has. */
export class LostRuns {
  private readonly pool: pg.Pool;
  private readonly transport: Transport;
  private readonly log: Logger;
  /** Runs published later than this went into the new queue. */
  private goneAt: Date | undefined;
  private last: { published_at: Date | string; id: string } = start;

  constructor(pool: pg.Pool, transport: Transport, log: Logger) {
    this.pool = pool;
    this.transport = transport;
    this.log = log;
  }

  async recover(): Promise<void> {
    if (!this.transport.available) return;
    if (await this.recoverAll()) return;
    await this.recoverSome();
  }

  /** The queue as a whole is another than the one that was published to. Answers whether so. */
  private async recoverAll() {
    const epoch = await this.transport.epoch();
    const [known] = await query<{ epoch: string; now: Date }>(this.pool, outboxStatements.epoch, [
      this.transport.queue,
    ]);
    if (known?.epoch === epoch) return false;
    if (known) {
      this.log.warn('the queue is gone; publishing again what was in it');
      this.goneAt ??= known.now;
      const values = [this.goneAt, batchSize];
      const rows = await query<Run & pg.QueryResultRow>(
        this.pool,
        outboxStatements.putBackAll,
        values,
      );
      if (rows.length === batchSize) return true;
    }
    await query(this.pool, outboxStatements.setEpoch, [this.transport.queue, epoch]);
    this.goneAt = undefined;
    return true;
  }

  /** Walks through a deep backlog, a batch a turn. */
  private async recoverSome() {
    const values = [this.last.published_at, this.last.id, graceS, batchSize];
    const runs = await query<Unclaimed & pg.QueryResultRow>(
      this.pool,
      outboxStatements.unclaimed,
      values,
    );
    this.last = runs.length === batchSize ? (runs.at(-1) ?? start) : start;
    if (runs.length === 0) return;
    const lost = await this.transport.lost(runs);
    if (lost.length === 0) return;
    this.log.warn({ count: lost.length }, 'the broker lost messages; publishing them again');
    await putBack(this.pool, lost);
  }
}

const start = { published_at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
