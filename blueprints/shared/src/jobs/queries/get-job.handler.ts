import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { JobService } from '../service.ts';
import { GetJobQuery } from './get-job.query.ts';

@QueryHandler(GetJobQuery)
export class GetJobHandler implements IQueryHandler<GetJobQuery> {
  constructor(private readonly jobs: JobService) {}

  execute({ id, tenant }: GetJobQuery) {
    return this.jobs.find(id, tenant);
  }
}
