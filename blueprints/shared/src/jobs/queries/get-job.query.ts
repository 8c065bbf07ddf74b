import { Query } from '@nestjs/cqrs';
import type { Job } from '../model.ts';

/** A job of a tenant, as it is now. Throws a Problem if there is none. */
export class GetJobQuery extends Query<Job> {
  constructor(
    readonly id: string,
    readonly tenant: string,
  ) {
    super();
  }
}
