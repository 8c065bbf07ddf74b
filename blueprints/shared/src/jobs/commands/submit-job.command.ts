import { Command } from '@nestjs/cqrs';
import type { JobService, Submission } from '../service.ts';

/** Accept a job, once for each idempotency key. Throws Problems. */
export class SubmitJobCommand extends Command<Awaited<ReturnType<JobService['submit']>>> {
  constructor(readonly submission: Submission) {
    super();
  }
}
