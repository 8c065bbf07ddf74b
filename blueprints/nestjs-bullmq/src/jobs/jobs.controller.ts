import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Caller } from '../common/caller.decorator.ts';
import { Route } from '../common/route.decorator.ts';
import type { Config } from '../config.ts';
import { CONFIG } from '../core/core.module.ts';
import { matches } from '../http/etag.ts';
import * as routes from './http/routes.ts';
import type { byId, jobQuery, newJob, pollHeaders, submitHeaders } from './http/schema.ts';
import { etagOf, pollingHeaders, viewOf } from './http/view.ts';
import { JobService } from './service.ts';

@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly jobs: JobService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @HttpCode(202)
  @Route(routes.submitJob, 'jobs:write')
  async submit(
    @Caller() { tenant }: Caller,
    @Body() body: z.output<typeof newJob>,
    @Headers() headers: z.output<typeof submitHeaders>,
    @Req() { sent, traceparent, refusal }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const idempotencyKey = headers['idempotency-key'];
    const submission = { tenant, body, sent, traceparent, idempotencyKey, refusal };
    const accepted = await this.jobs.submit(submission);
    reply.header('location', `/v1/jobs/${accepted.id}`);
    return accepted;
  }

  @Get()
  @Route(routes.listJobs, 'jobs:read')
  list(@Caller() { tenant }: Caller, @Query() query: z.output<typeof jobQuery>) {
    return this.jobs.list(tenant, query);
  }

  @Get(':id')
  @Route(routes.getJob, 'jobs:read')
  async get(
    @Caller() { tenant }: Caller,
    @Param() { id }: z.output<typeof byId>,
    @Headers() headers: z.output<typeof pollHeaders>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const job = await this.jobs.find(id, tenant);
    reply.headers(pollingHeaders(job, this.config.POLL_AFTER_S));
    if (matches(headers['if-none-match'], etagOf(job))) return void reply.code(304);
    return viewOf(job);
  }

  @Delete(':id')
  @Route(routes.cancelJob, 'jobs:write')
  async cancel(@Caller() { tenant }: Caller, @Param() { id }: z.output<typeof byId>) {
    return viewOf(await this.jobs.cancel(id, tenant));
  }
}
