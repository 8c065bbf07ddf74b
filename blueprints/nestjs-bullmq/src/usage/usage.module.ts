import { Module } from '@nestjs/common';
import { Cache } from '../cache/cache.ts';
import type { Reader } from '../database/database.ts';
import { READS } from '../reads/reads.module.ts';
import { UsageReader } from './reader.ts';
import { UsageController } from './usage.controller.ts';

@Module({
  controllers: [UsageController],
  providers: [
    {
      provide: UsageReader,
      inject: [READS, Cache],
      useFactory: (reads: Reader, cache: Cache) => new UsageReader(reads, cache),
    },
  ],
})
export class UsageModule {}
