import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { JobService } from '../service.ts';
import { ReplayDeadLetterCommand } from './replay-dead-letter.command.ts';

@CommandHandler(ReplayDeadLetterCommand)
export class ReplayDeadLetterHandler implements ICommandHandler<ReplayDeadLetterCommand> {
  constructor(private readonly jobs: JobService) {}

  execute({ letterId, tenant }: ReplayDeadLetterCommand) {
    return this.jobs.replay(letterId, tenant);
  }
}
