import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { query } from '../database/query.ts';
import type { Tables } from '../database/tables.ts';
import type { DeadLetter, Job } from './model.ts';
import { statements } from './statements.ts';

export interface LetterFilter {
  limit: number;
  /** All tenants' when none is named. */
  tenant?: string;
  before?: { died_at: Date; id: string } | undefined;
}

/** Jobs that were given up, as they were when they died. */
export class DeadLetters {
  private readonly pool: pg.Pool;
  private readonly db: Kysely<Tables>;

  constructor(pool: pg.Pool) {
    this.pool = pool;
    this.db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  }

  /** Those that nobody has replayed, newest first. */
  list({ limit, tenant, before }: LetterFilter): Promise<DeadLetter[]> {
    let letters = this.selected().where('replayed_at', 'is', null);
    if (tenant !== undefined) letters = letters.where('tenant', '=', tenant);
    if (before) {
      letters = letters.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('died_at', 'id'), '<', tuple(before.died_at, before.id)),
      );
    }
    return letters.orderBy('died_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  }

  find(id: string): Promise<DeadLetter | undefined> {
    return this.selected().where('id', '=', id).executeTakeFirst();
  }

  /** Starts the job over, once a letter. null: no such letter, or already replayed. */
  async replay(id: string, tenant?: string): Promise<Job | null> {
    const values = [id, tenant ?? null];
    const [job] = await query<Job & pg.QueryResultRow>(this.pool, statements.replay, values);
    return job ?? null;
  }

  private selected() {
    return this.db
      .selectFrom('dead_letters')
      .select(['id', 'tenant', 'job_id', 'type', 'attempts', 'error', 'trace_id', 'died_at']);
  }
}
