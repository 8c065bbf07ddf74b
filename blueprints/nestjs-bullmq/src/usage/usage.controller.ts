import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Caller } from '../common/caller.decorator.ts';
import { Route } from '../common/route.decorator.ts';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/core.module.ts';
import { matches } from '../http/etag.ts';
import type { pollHeaders } from '../jobs/http/schema.ts';
import { listUsage } from './http/routes.ts';
import type { usageQuery } from './http/schema.ts';
import { usageHeaders } from './http/view.ts';
import { UsageReader } from './reader.ts';

@Controller('v1/usage')
export class UsageController {
  constructor(
    private readonly usage: UsageReader,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Route(listUsage, 'usage:read')
  async list(
    @Caller() { tenant }: Caller,
    @Query() query: z.output<typeof usageQuery>,
    @Headers() headers: z.output<typeof pollHeaders>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { body, etag, readAt } = await this.usage.list(tenant, query);
    reply.headers(usageHeaders({ etag, readAt }, this.config.STALENESS_S));
    if (matches(headers['if-none-match'], etag)) return void reply.code(304);
    // Text that says what it is goes out as it is.
    reply.type('application/json; charset=utf-8');
    return body;
  }
}
