import type pg from 'pg';
import { Coalescer } from '../coalesce.ts';
import { isUnavailable } from '../database/pool.ts';
import { query } from '../database/query.ts';
import type { ClaimedJob, Failure, Job, JobError, NewJob, Postponement, Run } from './model.ts';
import { statements } from './statements.ts';

export interface StoreOptions {
  leaseS: number;
  backoffMs: number;
}

export interface Created {
  id: string;
  created_at: Date;
}

export interface Failed {
  id: string;
  type: string;
  status: 'retrying' | 'dead';
  failures: number;
  traceparent: string;
}

const batch = { maxItems: 200, maxBytes: 4 << 20, separable: (e: unknown) => !isUnavailable(e) };

/** The transitions of jobs. What many callers do at once is coalesced into one statement; a batched
 *  method answers null to a caller whose row did not qualify: it was fenced, taken or finished. */
export class JobStore {
  private readonly pool: pg.Pool;
  private readonly options: StoreOptions;

  constructor(pool: pg.Pool, options: StoreOptions) {
    this.pool = pool;
    this.options = options;
  }

  private readonly creations = new Coalescer<NewJob, Created | null>({
    ...batch,
    weigh: (job) => job.input.length,
    run: async (jobs) =>
      pair(jobs, await query<Created>(this.pool, statements.create, creationColumns(jobs))),
  });

  private readonly claims = new Coalescer<Run, ClaimedJob | null>({
    ...batch,
    run: async (runs) => {
      const values = [...fences(runs), this.options.leaseS];
      return pair(runs, await query<ClaimedJob>(this.pool, statements.claim, values));
    },
  });

  private readonly finishes = new Coalescer<Run & { result: string }, { id: string } | null>({
    ...batch,
    weigh: ({ result }) => result.length,
    run: async (runs) => {
      const values = [...fences(runs), runs.map(({ result }) => result)];
      return pair(runs, await query<{ id: string }>(this.pool, statements.finish, values));
    },
  });

  private readonly failures = new Coalescer<Failure, Failed | null>({
    ...batch,
    run: async (runs) => {
      const permanent = runs.map((failure) => failure.permanent);
      const errors = runs.map(({ error }) => JSON.stringify(error));
      const values = [this.options.backoffMs, ...fences(runs), permanent, errors];
      return pair(runs, await query<Failed>(this.pool, statements.fail, values));
    },
  });

  private readonly postponements = new Coalescer<Postponement, { id: string } | null>({
    ...batch,
    run: async (runs) => {
      const values = [...fences(runs), runs.map(({ delayMs }) => delayMs)];
      return pair(runs, await query<{ id: string }>(this.pool, statements.handBack, values));
    },
  });

  /** null: the idempotency key is already there. */
  create(job: NewJob): Promise<Created | null> {
    return this.creations.submit(job);
  }

  claim(run: Run): Promise<ClaimedJob | null> {
    return this.claims.submit(run);
  }

  finish(run: Run, result: unknown): Promise<{ id: string } | null> {
    return this.finishes.submit({ ...run, result: JSON.stringify(result ?? null) });
  }

  fail(failure: Failure): Promise<Failed | null> {
    return this.failures.submit(failure);
  }

  async progress({ id, run }: Run, percent: number): Promise<void> {
    await query(this.pool, statements.progress, [id, run, percent]);
  }

  async handBack(runs: Run[]): Promise<void> {
    await query(this.pool, statements.handBack, [...fences(runs), runs.map(() => 0)]);
  }

  /** Hands a run back for later: it could not be tried, which counts no failure. */
  postpone(run: Postponement): Promise<{ id: string } | null> {
    return this.postponements.submit(run);
  }

  async renewLeases(runs: Run[]): Promise<void> {
    await query(this.pool, statements.renewLeases, [...fences(runs), this.options.leaseS]);
  }

  /** The ids of those runs that are still theirs who ask. */
  async heldLeases(runs: Run[]): Promise<Set<string>> {
    const rows = await query<{ id: string }>(this.pool, statements.heldLeases, fences(runs));
    return new Set(rows.map(({ id }) => id));
  }

  /** Takes runs away from workers that no longer renew their leases. */
  expire(error: JobError, limit: number): Promise<Failed[]> {
    const values = [this.options.backoffMs, JSON.stringify(error), limit];
    return query<Failed & pg.QueryResultRow>(this.pool, statements.expire, values);
  }

  async cancel(id: string, tenant: string): Promise<Job | null> {
    const [job] = await query<Job & pg.QueryResultRow>(this.pool, statements.cancel, [id, tenant]);
    return job ?? null;
  }
}

const fences = (runs: Run[]) => [runs.map(({ id }) => id), runs.map(({ run }) => run)];

/** Each row goes to one item only: of two messages for the same run, one gets it. */
function pair<Row extends { id: string }>(items: { id: string }[], rows: Row[]): (Row | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return items.map(({ id }) => {
    const row = byId.get(id) ?? null;
    byId.delete(id);
    return row;
  });
}

function creationColumns(jobs: NewJob[]) {
  return [
    jobs.map((job) => job.id),
    jobs.map((job) => job.tenant),
    jobs.map((job) => job.type),
    jobs.map((job) => job.input),
    jobs.map((job) => job.priority),
    jobs.map((job) => job.maxAttempts),
    jobs.map((job) => job.delayMs),
    jobs.map((job) => job.traceparent),
    jobs.map((job) => job.idempotency?.key ?? null),
    jobs.map((job) => job.idempotency?.hash ?? null),
    jobs.map((job) => job.idempotency?.ttlHours ?? null),
  ];
}
