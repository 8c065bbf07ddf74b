import { Coalescer } from '../coalesce.ts';
import type { Database } from '../database/database.ts';
import type { Statement } from '../database/statement.ts';
import { traceStatement } from '../database/tracing.ts';
import { isExhausted, isUnavailable } from '../database/unavailable.ts';
import type {
  ClaimedJob,
  Created,
  Failed,
  Failure,
  Job,
  JobError,
  NewJob,
  OnEvents,
  Postponement,
  Run,
} from './model.ts';
import * as statements from './statements.ts';

export interface StoreOptions {
  leaseS: number;
  backoffMs: number;
  onEvents?: OnEvents;
}

const batch = {
  maxItems: 200,
  maxBytes: 4 << 20,
  separable: (error: unknown) => !isUnavailable(error),
  shared: isExhausted,
};

/** The transitions of jobs. What many callers do at once is coalesced into one statement, and each has
 *  a span of its own wait; a batched method answers null to a caller whose row did not qualify: it was
 *  fenced, taken or finished. */
export class JobStore {
  private readonly db: Database;
  private readonly options: StoreOptions;

  constructor(db: Database, options: StoreOptions) {
    this.db = db;
    this.options = options;
  }

  private readonly creations = new Coalescer<NewJob, Created | null>({
    ...batch,
    weigh: (job) => job.input.length,
    // Who could hear of a job before its id is told?
    run: (jobs) => this.insert(jobs),
  });

  private readonly claims = new Coalescer<Run, ClaimedJob | null>({
    ...batch,
    run: async (runs) => {
      const values = [...fences(runs), this.options.leaseS];
      return pair(runs, await this.move(statements.claim, values));
    },
  });

  private readonly finishes = new Coalescer<Run & { result: string }, Run | null>({
    ...batch,
    weigh: ({ result }) => result.length,
    run: async (runs) => {
      const values = [...fences(runs), runs.map(({ result }) => result)];
      return pair(runs, await this.move(statements.finish, values));
    },
  });

  private readonly failures = new Coalescer<Failure, Failed | null>({
    ...batch,
    run: async (runs) => {
      const permanent = runs.map((failure) => failure.permanent);
      const errors = runs.map(({ error }) => JSON.stringify(error));
      const values = [this.options.backoffMs, ...fences(runs), permanent, errors];
      return pair(runs, await this.move(statements.fail, values));
    },
  });

  private readonly postponements = new Coalescer<Postponement, Run | null>({
    ...batch,
    run: async (runs) => {
      const values = [...fences(runs), runs.map(({ delayMs }) => delayMs)];
      return pair(runs, await this.move(statements.handBack, values));
    },
  });

  /** null: the idempotency key is already there. */
  create(job: NewJob): Promise<Created | null> {
    return traceStatement(statements.create, this.creations.submit(job));
  }

  claim(run: Run): Promise<ClaimedJob | null> {
    return this.claims.submit(run);
  }

  finish(run: Run, result: unknown): Promise<Run | null> {
    const item = { ...run, result: JSON.stringify(result ?? null) };
    return traceStatement(statements.finish, this.finishes.submit(item));
  }

  fail(failure: Failure): Promise<Failed | null> {
    return traceStatement(statements.fail, this.failures.submit(failure));
  }

  async progress({ id, run }: Run, percent: number): Promise<void> {
    await this.move(statements.progress, [id, run, percent]);
  }

  /** Hands a run back that could not be finished here. */
  handBack({ id, run }: Run): Promise<Run | null> {
    return this.postpone({ id, run, delayMs: 0 });
  }

  /** Hands a run back for later: it could not be tried, which counts no failure. */
  postpone(run: Postponement): Promise<Run | null> {
    return traceStatement(statements.handBack, this.postponements.submit(run));
  }

  async renewLeases(runs: Run[]): Promise<void> {
    await this.db.query(statements.renewLeases, [...fences(runs), this.options.leaseS]);
  }

  /** The ids of those runs that are still theirs who ask. */
  async heldLeases(runs: Run[]): Promise<Set<string>> {
    const rows = await this.db.query(statements.heldLeases, fences(runs));
    return new Set(rows.map(({ id }) => id));
  }

  /** Takes runs away from workers that no longer renew their leases. */
  expire(error: JobError, limit: number): Promise<Failed[]> {
    const values = [this.options.backoffMs, JSON.stringify(error), limit];
    return this.move(statements.expire, values);
  }

  async cancel(id: string, tenant: string): Promise<Job | null> {
    const [job] = await this.move(statements.cancel, [id, tenant]);
    return job ?? null;
  }

  private async insert(jobs: NewJob[]): Promise<(Created | null)[]> {
    const [job, next] = jobs;
    if (job && !next && !job.idempotency) {
      return this.db.query(statements.createOne, fields(job));
    }
    const rows = jobs.map((job) => [...fields(job), ...keyFields(job)]);
    return pair(jobs, await this.db.query(statements.create, columns(rows)));
  }

  /** Carries out a transition, which commits, and tells of the jobs that it moved. */
  private async move<Row extends { id: string }>(
    statement: Statement<Row>,
    values: unknown[],
  ): Promise<Row[]> {
    const rows = await this.db.query(statement, values);
    this.options.onEvents?.(rows);
    return rows;
  }
}

const fences = (runs: Run[]) => [runs.map(({ id }) => id), runs.map(({ run }) => run)];

/** A job that is created has no run yet. */
type Item = Pick<Run, 'id'> & Partial<Run>;

/** Each row goes to one item only: of two messages for the same run, one gets it. A batch may hold
 *  several runs of one job, of which one qualified at most. */
function pair<Row extends Item>(items: Item[], rows: Row[]): (Row | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return items.map(({ id, run }) => {
    const row = byId.get(id);
    if (!row || row.run !== run) return null;
    byId.delete(id);
    return row;
  });
}

const fields = (job: NewJob) => [
  job.id,
  job.tenant,
  job.type,
  job.input,
  job.priority,
  job.maxAttempts,
  job.traceparent,
  job.webhookUrl ?? null,
  job.delayMs,
];

const keyFields = ({ idempotency }: NewJob) => [
  idempotency?.key ?? null,
  idempotency?.hash ?? null,
  idempotency?.ttlHours ?? null,
];

/** Of rows that are alike. */
const columns = ([first = [], ...others]: unknown[][]) =>
  first.map((value, i) => [value, ...others.map((row) => row[i])]);
