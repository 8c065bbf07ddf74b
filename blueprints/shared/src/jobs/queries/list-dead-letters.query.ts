import { Query } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { deadLetterQuery } from '../http/schema.ts';
import type { JobService } from '../service.ts';

/** A page of what was given up and nobody has replayed. */
export class ListDeadLettersQuery extends Query<Awaited<ReturnType<JobService['deadLetters']>>> {
  constructor(
    readonly tenant: string,
    readonly query: z.output<typeof deadLetterQuery>,
  ) {
    super();
  }
}
