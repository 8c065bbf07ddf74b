import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { JobService } from '../service.ts';
import { CancelJobCommand } from './cancel-job.command.ts';

@CommandHandler(CancelJobCommand)
export class CancelJobHandler implements ICommandHandler<CancelJobCommand> {
  constructor(private readonly jobs: JobService) {}

  execute({ id, tenant }: CancelJobCommand) {
    return this.jobs.cancel(id, tenant);
  }
}
