import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ProblemFilter } from './common/problem.filter.ts';
import { CoreModule } from './core/core.module.ts';
import { endpoints } from './endpoints/index.ts';
import type { AppOptions } from './http/app.ts';
import { JobsModule } from './jobs/jobs.module.ts';
import { ReadsModule } from './reads/reads.module.ts';
import { UsageModule } from './usage/usage.module.ts';

@Module({})
export class ApiModule {
  static of(options: AppOptions): DynamicModule {
    return {
      module: ApiModule,
      imports: [CoreModule.of(options), ReadsModule, JobsModule, UsageModule, ...endpoints],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}
