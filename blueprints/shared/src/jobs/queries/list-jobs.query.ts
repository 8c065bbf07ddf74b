import { Query } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { jobQuery } from '../http/schema.ts';
import type { JobService } from '../service.ts';

/** A page of a tenant’s jobs, newest first. */
export class ListJobsQuery extends Query<Awaited<ReturnType<JobService['list']>>> {
  constructor(
    readonly tenant: string,
    readonly query: z.output<typeof jobQuery>,
  ) {
    super();
  }
}
