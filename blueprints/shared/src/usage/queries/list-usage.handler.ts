import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { UsageReader } from '../reader.ts';
import { ListUsageQuery } from './list-usage.query.ts';

@QueryHandler(ListUsageQuery)
export class ListUsageHandler implements IQueryHandler<ListUsageQuery> {
  constructor(private readonly usage: UsageReader) {}

  execute({ tenant, query }: ListUsageQuery) {
    return this.usage.list(tenant, query);
  }
}
