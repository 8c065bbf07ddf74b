import { z } from 'zod';
import type { Cache } from '../cache/cache.ts';
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
  private readonly cache: Cache;

  constructor(db: Database, cache: Cache) {
    this.db = db;
    this.cache = cache;
  }

  /** A page, and when it was read (ms since 1970). Throws Problems. */
  async list(tenant: string, { limit, cursor, group_by, ...query }: z.output<typeof usageQuery>) {
    const { from, to } = rangeOf(query);
    const after = decodeCursor(cursor, places[group_by]) ?? beforeAll[group_by];
    const key = `usage:${JSON.stringify([group_by, from, to, after, limit])}`;
    return this.cache.get({ tenant, key }, async () => {
      const values = [tenant, from, to, after, limit + 1];
      const rows = await this.db.query(usageBy[group_by], values);
      const found = page(rows, limit, { item: (row) => row, cursor: ({ key }) => key });
      return { found, readAt: Date.now() };
    });
  }
}
