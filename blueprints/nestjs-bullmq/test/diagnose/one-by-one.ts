import { Controller, Get, Inject, Module } from '@nestjs/common';
import { z } from 'zod';
import type { Caller } from '../../src/auth/keys.ts';
import type { Database } from '../../src/database/database.ts';

// Imported before the api starts, it adds an endpoint as a team might write it: N+1 statements. The
// api's classes are the built ones, and Node, which only strips types, wants decorators as functions.
const built = (file: string) => import(new URL(`../../dist/src/${file}.js`, import.meta.url).href);
const [caller, route, database, endpoints, reader, openapi] = (await Promise.all(
  [
    'common/caller.decorator',
    'common/route.decorator',
    'database/database',
    'endpoints/index',
    'jobs/reader',
    'plugins/openapi',
  ].map(built),
)) as [
  typeof import('../../src/common/caller.decorator.ts'),
  typeof import('../../src/common/route.decorator.ts'),
  typeof import('../../src/database/database.ts'),
  typeof import('../../src/endpoints/index.ts'),
  typeof import('../../src/jobs/reader.ts'),
  typeof import('../../src/plugins/openapi.ts'),
];

class OneByOne {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  async list({ tenant }: Caller) {
    const jobs = new reader.JobReader(this.db);
    const statuses: string[] = [];
    for (const { id } of await jobs.list({ tenant, limit: 30 })) {
      const job = await jobs.find(id, tenant);
      if (job) statuses.push(job.status);
    }
    return { statuses };
  }
}

const schema = {
  operationId: 'listOneByOne',
  summary: 'Jobs, each asked for by itself',
  security: openapi.withKey,
  response: { 200: z.object({ statuses: z.array(z.string()) }) },
};
const list = Object.getOwnPropertyDescriptor(OneByOne.prototype, 'list') as PropertyDescriptor;
Get()(OneByOne.prototype, 'list', list);
route.Route({ schema }, 'jobs:read')(OneByOne.prototype, 'list', list);
caller.Caller()(OneByOne.prototype, 'list', 0);
Inject(database.Database)(OneByOne, undefined, 0);
Controller('v1/one-by-one')(OneByOne);

class OneByOneModule {}
Module({ controllers: [OneByOne] })(OneByOneModule);
endpoints.endpoints.push(OneByOneModule);
