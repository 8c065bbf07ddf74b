import { Command } from '@nestjs/cqrs';
import type { Job } from '../model.ts';

/** Start the job of a dead letter over, or send its webhook again. Throws Problems. */
export class ReplayDeadLetterCommand extends Command<Job> {
  constructor(
    readonly letterId: string,
    readonly tenant: string,
  ) {
    super();
  }
}
