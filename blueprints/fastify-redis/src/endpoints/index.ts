import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Cache } from '../cache/cache.ts';
import type { Database } from '../database/database.ts';

/** What an endpoint of yours gets. */
export interface Resources {
  db: Database;
  cache: Cache;
}

export type Endpoint = FastifyPluginAsyncZod<Resources>;

/** Your endpoints: a folder each beside this file (README.md, "Add an endpoint"). */
export const endpoints: Endpoint[] = [];
