import type { Database, Reader } from '../database/database.ts';
import { type Job, type JobStatus, type Stored, statuses } from './model.ts';
import * as statements from './reader-statements.ts';

export interface JobFilter {
  tenant: string;
  limit: number;
  status?: JobStatus | undefined;
  type?: string | undefined;
  /** Jobs older than this one. */
  before?: string | undefined;
}

const afterEveryId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** What is asked about jobs, without changing them. Another tenant's are as if absent. */
export class JobReader {
  private readonly db: Database;
  private readonly reads: Reader;

  /** Only lists may come from `reads`: a job can be asked for as soon as it was accepted. */
  constructor(db: Database, reads: Reader = db) {
    this.db = db;
    this.reads = reads;
  }

  find(id: string, tenant: string): Promise<Job | undefined> {
    return this.db.first(statements.findJob, [id, tenant]);
  }

  /** Newest first. */
  list({ tenant, limit, status, type, before = afterEveryId }: JobFilter): Promise<Job[]> {
    const place = [tenant, status ? [status] : statuses, before, limit];
    if (type === undefined) return this.reads.query(statements.listJobs, place);
    return this.reads.query(statements.listJobsOfType, [...place, type]);
  }

  byIdempotencyKey(tenant: string, key: string): Promise<Stored | undefined> {
    return this.db.first(statements.findByKey, [tenant, key]);
  }

  async forgetExpiredKey(tenant: string, key: string): Promise<void> {
    await this.db.query(statements.forgetExpiredKey, [tenant, key]);
  }
}
