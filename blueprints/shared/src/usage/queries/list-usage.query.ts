import { Query } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { usageQuery } from '../http/schema.ts';
import type { UsageReader } from '../reader.ts';

/** A page of what a tenant used, from the projection, as it is sent. */
export class ListUsageQuery extends Query<Awaited<ReturnType<UsageReader['list']>>> {
  constructor(
    readonly tenant: string,
    readonly query: z.output<typeof usageQuery>,
  ) {
    super();
  }
}
