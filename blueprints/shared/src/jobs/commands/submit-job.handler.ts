import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { JobService } from '../service.ts';
import { SubmitJobCommand } from './submit-job.command.ts';

@CommandHandler(SubmitJobCommand)
export class SubmitJobHandler implements ICommandHandler<SubmitJobCommand> {
  constructor(private readonly jobs: JobService) {}

  execute({ submission }: SubmitJobCommand) {
    return this.jobs.submit(submission);
  }
}
