import { z } from 'zod';
import { endpoints } from '../../src/endpoints/index.ts';
import { JobReader } from '../../src/jobs/reader.ts';
import { withKey } from '../../src/plugins/openapi.ts';

/** Imported before the api starts, it adds an endpoint as a team might write it: N+1 statements. */
endpoints.push(async (app, { db }) => {
  const reader = new JobReader(db);
  app.get(
    '/v1/one-by-one',
    {
      onRequest: app.requires('jobs:read'),
      schema: {
        operationId: 'listOneByOne',
        summary: 'Jobs, each asked for by itself',
        security: withKey,
        response: { 200: z.object({ statuses: z.array(z.string()) }) },
      },
    },
    async ({ caller: { tenant } }) => {
      const statuses: string[] = [];
      for (const { id } of await reader.list({ tenant, limit: 30 })) {
        const job = await reader.find(id, tenant);
        if (job) statuses.push(job.status);
      }
      return { statuses };
    },
  );
});
