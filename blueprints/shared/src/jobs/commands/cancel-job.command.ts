import { Command } from '@nestjs/cqrs';
import type { Job } from '../model.ts';

/** Cancel a job, whatever it waits for or who works on it. Throws Problems. */
export class CancelJobCommand extends Command<Job> {
  constructor(
    readonly id: string,
    readonly tenant: string,
  ) {
    super();
  }
}
