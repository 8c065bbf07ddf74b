import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { JobService } from '../service.ts';
import { ListJobsQuery } from './list-jobs.query.ts';

@QueryHandler(ListJobsQuery)
export class ListJobsHandler implements IQueryHandler<ListJobsQuery> {
  constructor(private readonly jobs: JobService) {}

  execute({ tenant, query }: ListJobsQuery) {
    return this.jobs.list(tenant, query);
  }
}
