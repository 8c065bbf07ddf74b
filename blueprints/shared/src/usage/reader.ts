import { z } from 'zod';
import type { Database } from '../database/database.ts';
import { decodeCursor, page } from '../http/page.ts';
import { rangeOf } from './http/range.ts';
import { day, type usageQuery } from './http/schema.ts';
import { usageBy } from './statements.ts';

/** Where a page of each grouping ended. */
const places = { day, type: z.string().regex(/^[^\0]*$/) };
const beforeAll = { day: '-infinity', type: '' };

/** What a tenant used, as far as it has been rolled up. */
export class UsageReader {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** Throws Problems. */
  async list(tenant: string, { limit, cursor, group_by, ...query }: z.output<typeof usageQuery>) {
    const { from, to } = rangeOf(query);
    const after = decodeCursor(cursor, places[group_by]) ?? beforeAll[group_by];
    const values = [tenant, from, to, after, limit + 1];
    const rows = await this.db.query(usageBy[group_by], values);
    return page(rows, limit, { item: (row) => row, cursor: ({ key }) => key });
  }
}
