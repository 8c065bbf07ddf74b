import { z } from 'zod';
import type { Cache } from '../cache/cache.ts';
import type { Reader } from '../database/database.ts';
import { contentEtag } from '../http/etag.ts';
import { decodeCursor, page } from '../http/page.ts';
import { rangeOf } from './http/range.ts';
import { day, usagePage, type usageQuery } from './http/schema.ts';
import { usageBy } from './statements.ts';

/** Where a page of each grouping ended. */
const places = { day, type: z.string().regex(/^[^\0]*$/) };
const beforeAll = { day: '-infinity', type: '' };

/** What a tenant used, as far as it has been rolled up. */
export class UsageReader {
  private readonly reads: Reader;
  private readonly cache: Cache;

  constructor(reads: Reader, cache: Cache) {
    this.reads = reads;
    this.cache = cache;
  }

  /** A page as the JSON that is sent, with its ETag, and the moment as of which it was read (ms since
   *  1970): whoever gets it from the cache neither builds nor checks nor hashes it again. Throws
   *  Problems. */
  async list(tenant: string, { limit, cursor, group_by, ...query }: z.output<typeof usageQuery>) {
    const { from, to } = rangeOf(query);
    const after = decodeCursor(cursor, places[group_by]) ?? beforeAll[group_by];
    const key = `usage:${JSON.stringify([group_by, from, to, after, limit])}`;
    return this.cache.get({ tenant, key }, async () => {
      const values = [tenant, from, to, after, limit + 1];
      const readAt = Date.now() - this.reads.ageMs;
      const rows = await this.reads.query(usageBy[group_by], values);
      const found = page(rows, limit, { item: (row) => row, cursor: ({ key }) => key });
      const body = JSON.stringify(usagePage.parse(found));
      return { body, etag: contentEtag(body), readAt };
    });
  }
}
