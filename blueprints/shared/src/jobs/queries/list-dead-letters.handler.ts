import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { JobService } from '../service.ts';
import { ListDeadLettersQuery } from './list-dead-letters.query.ts';

@QueryHandler(ListDeadLettersQuery)
export class ListDeadLettersHandler implements IQueryHandler<ListDeadLettersQuery> {
  constructor(private readonly jobs: JobService) {}

  execute({ tenant, query }: ListDeadLettersQuery) {
    return this.jobs.deadLetters(tenant, query);
  }
}
