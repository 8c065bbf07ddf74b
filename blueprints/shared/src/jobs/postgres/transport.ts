import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database/database.ts';
import type { Logger } from '../../logger.ts';
import type { LoopOptions } from '../../loop.ts';
import type { ClaimedJob, OnEvents } from '../model.ts';
import type { Runner } from '../runner.ts';
import type { Consumer, Transport } from '../transport.ts';
import { claimDue, withdrawPublished } from './statements.ts';

const batchSize = 200;

export interface PostgresTransportOptions {
  leaseS: number;
  /** Between looks for jobs while none are due. */
  pollMs?: number;
  onEvents?: OnEvents;
}

/** Jobs come straight from their table: workers claim what is due, no broker in between. */
export class PostgresTransport implements Transport {
  readonly chores: LoopOptions[];
  private readonly db: Database;
  private readonly leaseS: number;
  private readonly pollMs: number;
  private readonly onEvents: OnEvents | undefined;
  private readonly log: Logger;

  constructor(db: Database, options: PostgresTransportOptions, log: Logger) {
    this.db = db;
    this.leaseS = options.leaseS;
    this.pollMs = options.pollMs ?? 100;
    this.onEvents = options.onEvents;
    this.log = log;
    this.chores = [{ name: 'withdrawal', everyMs: 5000, tick: () => this.withdraw() }];
  }

  consume(runner: Runner, concurrency: number): Consumer {
    const stop = new AbortController();
    const working = new Set<Promise<void>>();
    let freed = Promise.withResolvers<void>();

    const turn = async () => {
      const free = concurrency - working.size;
      if (free === 0) {
        await freed.promise;
        freed = Promise.withResolvers();
        return;
      }
      const jobs = await this.claim(Math.min(free, batchSize));
      for (const job of jobs) {
        const work = this.work(runner, job).then(() => {
          working.delete(work);
          freed.resolve();
        });
        working.add(work);
      }
      if (jobs.length < Math.min(free, batchSize)) await this.pause(stop.signal);
    };
    const loop = async () => {
      while (!stop.signal.aborted) {
        try {
          await turn();
        } catch (error) {
          this.log.warn({ err: error }, 'jobs could not be claimed; trying again');
          await this.pause(stop.signal, 1000);
        }
      }
    };
    const done = loop();
    return {
      close: async () => {
        stop.abort();
        freed.resolve();
        await done;
        await Promise.all(working);
        await runner.settled();
      },
    };
  }

  async close() {}

  /** One job must not end a worker that has others. */
  private async work(runner: Runner, job: ClaimedJob) {
    try {
      await runner.work(job);
    } catch (error) {
      this.log.error({ err: error, job_id: job.id }, 'job not begun; its lease will run out');
    }
  }

  private async claim(most: number) {
    const jobs = await this.db.query(claimDue, [most, this.leaseS]);
    this.onEvents?.(jobs);
    return jobs;
  }

  /** Jitter keeps the replicas' looks apart. */
  private async pause(signal: AbortSignal, ms = this.pollMs) {
    await sleep(ms * (0.8 + 0.4 * Math.random()), undefined, { signal }).catch(() => {});
  }

  private async withdraw() {
    const withdrawn = await this.db.query(withdrawPublished, [batchSize]);
    if (withdrawn.length > 0) {
      this.log.warn({ count: withdrawn.length }, 'taken back from a broker that is no longer used');
    }
    return withdrawn.length === batchSize;
  }
}
