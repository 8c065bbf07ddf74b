import {
  type BeforeApplicationShutdown,
  Controller,
  Get,
  Head,
  Headers,
  Param,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Caller } from '../common/caller.decorator.ts';
import { Route } from '../common/route.decorator.ts';
import { EventHub } from '../events/hub.ts';
import { streamHeaders } from '../events/stream.ts';
import { methodNotAllowed } from '../http/problem.ts';
import { streamJob } from './http/routes.ts';
import type { byId, resumeHeaders } from './http/schema.ts';
import { JobService } from './service.ts';

@Controller('v1/jobs/:id/events')
export class EventsController implements BeforeApplicationShutdown {
  constructor(
    private readonly jobs: JobService,
    private readonly hub: EventHub,
  ) {}

  /** Nobody would read what it opens. */
  @Head()
  @Route({ schema: { hide: true } })
  refuse() {
    throw methodNotAllowed(['GET']);
  }

  /** The stream is sent as it is: Nest's @Sse() makes its own of what it is given. */
  @Get()
  @Route(streamJob, 'jobs:read')
  async stream(
    @Caller() { tenant }: Caller,
    @Param() { id }: z.output<typeof byId>,
    @Headers() headers: z.output<typeof resumeHeaders>,
    @Res() reply: FastifyReply,
  ) {
    const job = await this.jobs.find(id, tenant);
    const stream = this.hub.stream(job, headers['last-event-id']);
    if (!stream) return reply.code(204).send();
    return reply.headers(streamHeaders).send(stream);
  }

  /** Or the server would wait for streams that do not end. */
  beforeApplicationShutdown() {
    this.hub.close();
  }
}
