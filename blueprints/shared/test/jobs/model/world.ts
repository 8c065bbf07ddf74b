import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../../src/database/database.ts';
import type { Statement } from '../../../src/database/statement.ts';
import { DeadLetters } from '../../../src/jobs/dead-letters.ts';
import type { Failed } from '../../../src/jobs/model.ts';
import { JobStore } from '../../../src/jobs/store.ts';
import { newJob } from '../../support/jobs.ts';
import type { Plan } from './rules.ts';
import * as statements from './statements.ts';

/** The service's own lease and backoff are an hour here, and `age` is two: time passes only when
 *  the model says so, however slow the machine is. */
export const leaseS = 3600;
const options = { leaseS, backoffMs: 3_600_000 };

export interface Run {
  job: number;
  run: number;
}

export interface PlannedJob extends Plan {
  priority: number;
}

export const plans: PlannedJob[] = [
  { priority: 1, maxAttempts: 3, notifies: true, delayed: false },
  { priority: 2, maxAttempts: 4, notifies: false, delayed: false },
  { priority: 3, maxAttempts: 2, notifies: true, delayed: true },
];

/** The real thing: a database with the stores of two workers. Jobs are known by their index. */
export class World {
  readonly db: Database;
  /** For what the test does beside the service. */
  readonly pool: pg.Pool;
  readonly stores: JobStore[];
  readonly letters: DeadLetters;
  ids: string[] = [];

  constructor(db: Database, pool: pg.Pool) {
    this.db = db;
    this.pool = pool;
    this.stores = [new JobStore(db, options), new JobStore(db, options)];
    this.letters = new DeadLetters(db);
  }

  async reset() {
    this.ids = plans.map(() => uuidv7());
    for (const table of tables) await this.sql(`DELETE FROM ${table}`);
  }

  store(worker: number) {
    return this.stores[worker] as JobStore;
  }

  idOf(job: number) {
    return this.ids[job] as string;
  }

  jobOf(id: string) {
    return this.ids.indexOf(id);
  }

  runOf({ job, run }: Run) {
    return { id: this.idOf(job), run };
  }

  /** Each job has a type of its own, so that its usage is told apart. */
  create(job: number, { priority, maxAttempts, notifies, delayed }: PlannedJob) {
    const wanted = newJob({
      id: this.idOf(job),
      type: `type-${job}`,
      priority,
      maxAttempts,
      delayMs: delayed ? 3_600_000 : 0,
      webhookUrl: notifies ? 'https://example.com/' : undefined,
      idempotency: { key: `job ${job}`, hash: Buffer.alloc(32), ttlHours: 24 },
    });
    return this.store(0).create(wanted);
  }

  async age(job: number) {
    await this.db.query(statements.age, [this.idOf(job)]);
  }

  async pinBackoff(failed: (Failed | null)[]) {
    const ids = failed.flatMap((job) => (job?.status === 'retrying' ? [job.id] : []));
    if (ids.length > 0) await this.db.query(statements.pinBackoff, [ids]);
  }

  async letterOf({ job, run }: Run): Promise<string> {
    const letter = await this.db.first(statements.letterOf, [this.idOf(job), run]);
    return letter?.id ?? '';
  }

  /** SQL of the test's own, without an answer. */
  async sql(text: string, values: unknown[] = []) {
    await this.db.query({ name: '', text } as Statement, values);
  }
}

const tables = [
  'jobs',
  'job_events',
  'dead_letters',
  'webhook_deliveries',
  'usage_deltas',
  'usage_days',
  'idempotency_keys',
  'queue_epochs',
];
