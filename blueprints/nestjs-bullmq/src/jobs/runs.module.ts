import { Module } from '@nestjs/common';
import { AiModule, DEPENDENCY } from '../ai/ai.module.ts';
import { AiClient } from '../ai/client.ts';
import type { Config } from '../config.ts';
import { BASE, CONFIG, LOGGER } from '../core/core.module.ts';
import { Database } from '../database/database.ts';
import { Doorbell } from '../events/doorbell.ts';
import type { Logger } from '../logger.ts';
import { type JobMetrics, jobMetrics } from '../ops/metrics.ts';
import type { Base } from '../process.ts';
import { createStore } from './create.ts';
import { checkHandlers } from './handlers.ts';
import { Leases } from './leases.ts';
import { Runner } from './runner.ts';
import { JobStore } from './store.ts';
import type { JobHandler } from './type.ts';
import { createHandlers, jobTypes, type Resources } from './types/index.ts';

export const JOB_METRICS = Symbol('JobMetrics');
const HANDLERS = Symbol('JobHandlers');

/** What a worker does with a job, from its claim to its end. */
@Module({
  imports: [AiModule],
  providers: [
    {
      provide: Doorbell,
      inject: [Database, LOGGER],
      useFactory: (db: Database, log: Logger) => new Doorbell(db, log),
    },
    {
      provide: JobStore,
      inject: [BASE, Doorbell],
      useFactory: (base: Base, { ring }: Doorbell) => createStore(base, ring),
    },
    {
      provide: Leases,
      inject: [JobStore, CONFIG, LOGGER],
      useFactory: (store: JobStore, config: Config, log: Logger) =>
        new Leases(store, config.JOB_LEASE_S, log),
    },
    {
      provide: JOB_METRICS,
      inject: [BASE],
      useFactory: ({ registry }: Base) => jobMetrics(registry, jobTypes),
    },
    {
      provide: HANDLERS,
      inject: [AiClient, CONFIG, Database, DEPENDENCY],
      useFactory: handlersWith,
    },
    {
      provide: Runner,
      inject: [JobStore, Leases, HANDLERS, JOB_METRICS, CONFIG, LOGGER],
      useFactory: (
        store: JobStore,
        leases: Leases,
        handlers: JobHandler[],
        metrics: JobMetrics,
        { WORKER_CONCURRENCY: slots }: Config,
        log: Logger,
      ) => new Runner({ store, leases, handlers, metrics, slots, log }),
    },
  ],
  exports: [Doorbell, JobStore, Leases, Runner, JOB_METRICS, AiModule],
})
export class RunsModule {}

function handlersWith(
  ai: AiClient,
  config: Config,
  db: Database,
  dependency: Resources['dependency'],
) {
  const handlers = createHandlers({ ai, config, db, dependency });
  checkHandlers(jobTypes, handlers);
  return handlers;
}
