import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../logger.ts';
import type { Database } from '../database.ts';
import type { Statement } from '../statement.ts';
import { beat, lastBeat } from './statements.ts';

export interface ReplicaOptions {
  /** Its host, for log and metrics. */
  name: string;
  primary: Database;
  db: Database;
  /** A connection of its own, so that a busy pool is not taken for a lost server. */
  probe: Database;
  /** How old an answer of it may be. */
  maxAgeMs: number;
  log: Logger;
}

/** How long one that failed is left alone. */
const awayMs = 5000;
/** How long one may be silent before it is taken for lost. */
const patienceMs = 500;

/** A replica, and how old its state is at most: as old as the last heartbeat that it has. Changes
 *  arrive in the order of their commits, so that all that was committed before that beat is there;
 *  beats and now are told by the primary's clock alone. (The last replayed transaction's time says
 *  nothing about an idle primary; that all that was received is replayed says nothing once nothing
 *  arrives any more.) */
export class Replica {
  private readonly options: ReplicaOptions;
  readonly name: string;
  /** Between two looks. */
  readonly everyMs: number;
  /** The moment (performance.now()) whose state it has at least. */
  private stateOf = Number.NEGATIVE_INFINITY;
  private awayUntil = Number.NEGATIVE_INFINITY;
  private readonly underWay = new Set<(error: unknown) => void>();
  private used = false;

  constructor(options: ReplicaOptions) {
    this.options = options;
    this.name = options.name;
    this.everyMs = Math.min(1000, options.maxAgeMs / 4);
  }

  /** How old its state is at most. */
  get ageMs(): number {
    return performance.now() - this.stateOf;
  }

  get fresh(): boolean {
    return performance.now() >= this.awayUntil && this.ageMs <= this.options.maxAgeMs;
  }

  /** Rejects as soon as the replica is left alone. */
  query<Row extends object>(statement: Statement<Row>, values: unknown[]): Promise<Row[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Row[]>();
    this.underWay.add(reject);
    this.options.db
      .query(statement, values)
      .then(resolve, reject)
      .finally(() => this.underWay.delete(reject));
    return promise;
  }

  /** A look. To be repeated every `everyMs`. */
  async check(): Promise<void> {
    const { primary, name, log } = this.options;
    const seen = await this.lastBeat();
    const askedAt = performance.now();
    // Without the primary there is no telling, and all others tell of that.
    const now = await primary.first(beat, [this.everyMs]).catch(() => undefined);
    if (seen && now) this.stateOf = askedAt - (now.at - seen.at);
    if (this.fresh === this.used) return;
    this.used = this.fresh;
    log.info({ replica: name }, this.used ? 'replica in use' : 'replica not in use');
  }

  private async lastBeat() {
    const silence = sleep(patienceMs, undefined, { ref: false }).then(() => {
      throw new Error(`The replica has not answered in ${patienceMs} ms`);
    });
    try {
      return await Promise.race([this.options.probe.first(lastBeat), silence]);
    } catch (error) {
      this.leave(error);
    }
  }

  private leave(error: unknown) {
    const { name, log } = this.options;
    log.warn({ err: error, replica: name }, 'replica left alone');
    this.awayUntil = performance.now() + awayMs;
    for (const reject of this.underWay) reject(error);
  }

  close() {
    return Promise.all([this.options.db.close(), this.options.probe.close()]);
  }
}
