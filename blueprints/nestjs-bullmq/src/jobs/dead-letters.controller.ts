import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Caller } from '../common/caller.decorator.ts';
import { Route } from '../common/route.decorator.ts';
import { listDeadLetters, replayDeadLetter } from './http/routes.ts';
import type { byId, deadLetterQuery } from './http/schema.ts';
import { viewOf } from './http/view.ts';
import { JobService } from './service.ts';

@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(private readonly jobs: JobService) {}

  @Get()
  @Route(listDeadLetters, 'admin')
  list(@Caller() { tenant }: Caller, @Query() query: z.output<typeof deadLetterQuery>) {
    return this.jobs.deadLetters(tenant, query);
  }

  @Post(':id/replay')
  @HttpCode(202)
  @Route(replayDeadLetter, 'admin')
  async replay(
    @Caller() { tenant }: Caller,
    @Param() { id }: z.output<typeof byId>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const replayed = await this.jobs.replay(id, tenant);
    reply.header('location', `/v1/jobs/${replayed.id}`);
    return viewOf(replayed);
  }
}
