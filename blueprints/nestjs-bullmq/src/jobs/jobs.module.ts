import { Module } from '@nestjs/common';
import { BASE } from '../core/core.module.ts';
import { createHub } from '../events/create.ts';
import { EventHub } from '../events/hub.ts';
import { READS } from '../reads/reads.module.ts';
import { createJobService } from './create.ts';
import { DeadLettersController } from './dead-letters.controller.ts';
import { EventsController } from './events.controller.ts';
import { JobTypesController } from './job-types.controller.ts';
import { JobsController } from './jobs.controller.ts';
import { JobService } from './service.ts';

/** What the api does with jobs. */
@Module({
  controllers: [JobsController, EventsController, DeadLettersController, JobTypesController],
  providers: [
    { provide: JobService, inject: [BASE, READS], useFactory: createJobService },
    { provide: EventHub, inject: [BASE], useFactory: createHub },
  ],
  exports: [JobService],
})
export class JobsModule {}
