import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Cache } from '../cache/cache.ts';
import type { Config } from '../config.ts';
import type { Database, Reader } from '../database/database.ts';

/** What an endpoint of yours gets. */
export interface Resources {
  config: Config;
  db: Database;
  /** For reads that may be a little old, and are not written from: a replica's, if there is one. */
  reads: Reader;
  cache: Cache;
}

export type Endpoint = FastifyPluginAsyncZod<Resources>;

/** Your endpoints, a folder each beside this file (docs/extending.md). */
export const endpoints: Endpoint[] = [];
