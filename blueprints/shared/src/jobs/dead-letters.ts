import { z } from 'zod';
import type { Database, Reader } from '../database/database.ts';
import * as letters from './letter-statements.ts';
import type { DeadLetter, Job, OnEvents } from './model.ts';
import { replay } from './statements.ts';

/** Where a page of dead letters ended. */
export const letterPlace = z.object({
  died_at: z.coerce.date().min(new Date(0)).max(new Date('9999-01-01')),
  id: z.uuid(),
});

export interface LetterFilter {
  tenant: string;
  limit: number;
  before?: z.output<typeof letterPlace> | undefined;
}

const afterEveryLetter = { died_at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** Jobs that were given up, as they were when they died. */
export class DeadLetters {
  private readonly db: Database;
  private readonly reads: Reader;
  private readonly onEvents: OnEvents | undefined;

  constructor(
    db: Database,
    { reads = db, onEvents }: { reads?: Reader; onEvents?: OnEvents } = {},
  ) {
    this.db = db;
    this.reads = reads;
    this.onEvents = onEvents;
  }

  /** Those that nobody has replayed, newest first. */
  list({ tenant, limit, before }: LetterFilter): Promise<DeadLetter[]> {
    const { died_at, id } = before ?? afterEveryLetter;
    return this.reads.query(letters.listLetters, [tenant, died_at, id, limit]);
  }

  /** The newest of all tenants. */
  listAll(limit: number): Promise<DeadLetter[]> {
    return this.db.query(letters.listAllLetters, [limit]);
  }

  find(id: string): Promise<DeadLetter | undefined> {
    return this.db.first(letters.findLetter, [id]);
  }

  /** Starts the job over, once a letter. undefined: no such letter, or already replayed. */
  async replay(id: string, tenant?: string): Promise<Job | undefined> {
    const job = await this.db.first(replay, [id, tenant ?? null]);
    if (job) this.onEvents?.([job]);
    return job;
  }
}
