import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { Tables } from '../database/tables.ts';
import type { Job, JobStatus } from './model.ts';

export interface Page {
  limit: number;
  tenant: string;
}

export interface JobFilter {
  status?: JobStatus | undefined;
  type?: string | undefined;
  /** Jobs older than this one. */
  before?: string | undefined;
}

export interface Stored {
  body_hash: Buffer;
  id: string;
  type: string;
  created_at: Date;
}

const columns = [
  'id',
  'tenant',
  'type',
  'status',
  'failures',
  'progress',
  'event_seq',
  'result',
  'error',
  'created_at',
  'started_at',
  'finished_at',
] as const;

/** What is asked about jobs, without changing them. Another tenant's are as if absent. */
export class JobReader {
  private readonly db: Kysely<Tables>;

  constructor(pool: pg.Pool) {
    this.db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  }

  async find(id: string, tenant: string): Promise<Job | undefined> {
    return this.db
      .selectFrom('jobs')
      .select(columns)
      .where('id', '=', id)
      .where('tenant', '=', tenant)
      .executeTakeFirst();
  }

  /** Newest first: ids are in the order of their creation. */
  list({ limit, tenant }: Page, { status, type, before }: JobFilter): Promise<Job[]> {
    return this.db
      .selectFrom('jobs')
      .select(columns)
      .where('tenant', '=', tenant)
      .$if(status !== undefined, (q) => q.where('status', '=', status as JobStatus))
      .$if(type !== undefined, (q) => q.where('type', '=', type as string))
      .$if(before !== undefined, (q) => q.where('id', '<', before as string))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
  }

  /** The job that a key was first used for, unless the key has expired. */
  async byIdempotencyKey(tenant: string, key: string): Promise<Stored | undefined> {
    return this.db
      .selectFrom('idempotency_keys as k')
      .innerJoin('jobs as j', 'j.id', 'k.job_id')
      .select(['k.body_hash', 'j.id', 'j.type', 'j.created_at'])
      .where('k.tenant', '=', tenant)
      .where('k.key', '=', key)
      .where('k.expires_at', '>', (eb) => eb.fn<Date>('clock_timestamp'))
      .executeTakeFirst();
  }

  async forgetExpiredKey(tenant: string, key: string): Promise<void> {
    await this.db
      .deleteFrom('idempotency_keys')
      .where('tenant', '=', tenant)
      .where('key', '=', key)
      .where('expires_at', '<=', (eb) => eb.fn<Date>('clock_timestamp'))
      .execute();
  }
}
