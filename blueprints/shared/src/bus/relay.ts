import type { Database } from '../database/database.ts';
import type { Logger } from '../logger.ts';
import { startLoop } from '../loop.ts';
import type { BusMetrics } from './metrics.ts';
import { confirmMs, type Outcome, type RabbitPublisher, type Settled } from './publisher.ts';
import * as statements from './statements.ts';

export interface RelayOptions {
  db: Database;
  publisher: RabbitPublisher;
  metrics: BusMetrics;
  log: Logger;
}

/** Events on their way at once, from one worker. */
const batchSize = 200;
/** Of those, as Postgres stores them: results of jobs may be large, and a worker's memory is not. */
const batchBytes = 1_000_000;
/** For so long a batch is nobody else's: longer than RabbitMQ may take, and Postgres after it. */
const leaseMs = confirmMs + 10_000;
const backoffMs = 100;
const mostBackoffMs = 10_000;
const pollMs = 200;
/** At once while a queue is full: other queues get their events, and Postgres is left in peace. */
const fewest = 10;
/** Of a shutdown, for confirms that are under way. */
const closeMs = 1000;

/** Brings events from the outbox to RabbitMQ, at least once. Any number may run at once. */
export class Relay {
  private readonly options: RelayOptions;
  private stopLoop = async () => {};
  private size = batchSize;

  constructor(options: RelayOptions) {
    this.options = options;
  }

  start(): void {
    const loop = { name: 'bus', everyMs: pollMs, tick: () => this.tick() };
    this.stopLoop = startLoop(loop, this.options.log);
  }

  async close(): Promise<void> {
    const { publisher } = this.options;
    const patience = setTimeout(() => publisher.abort(), closeMs);
    await this.stopLoop();
    clearTimeout(patience);
    await publisher.close();
  }

  /** A batch. While RabbitMQ is away, events stay as they are. Answers whether there may be more. */
  async tick(): Promise<boolean> {
    const { db, publisher } = this.options;
    if (!publisher.available) return false;
    const events = await db.query(statements.take, [this.size, leaseMs, batchBytes]);
    if (events.length === 0) return false;
    const settled = await publisher.publish(events);
    await this.settle(settled);
    const refused = settled.some(({ outcome }) => outcome === 'nacked');
    const half = Math.floor(this.size / 2);
    this.size = refused ? Math.max(fewest, half) : Math.min(batchSize, this.size * 2);
    return settled.every(({ outcome }) => outcome === 'confirmed');
  }

  private async settle(settled: Settled[]) {
    const { db, metrics, log } = this.options;
    const of = (outcome: Outcome) =>
      settled.filter((one) => one.outcome === outcome).map(({ id }) => id);
    const [confirmed, nacked, failed] = [of('confirmed'), of('nacked'), of('failed')];
    const counts = { nacked: nacked.length, failed: failed.length };
    metrics.settled({ confirmed: confirmed.length, ...counts });
    if (confirmed.length > 0) await db.query(statements.confirm, [confirmed]);
    const back = [...failed, ...nacked];
    if (back.length === 0) return;
    const err = settled.find(({ id }) => id === back[0])?.error;
    log.warn({ err, ...counts }, 'events not confirmed; they stay in the outbox');
    await db.query(statements.putBack, [back, backoffMs, mostBackoffMs]);
  }
}
