import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AiClient } from './ai/client.ts';
import { NestLogger } from './common/logger.ts';
import { CoreModule } from './core/core.module.ts';
import { Leases } from './jobs/leases.ts';
import { Runner } from './jobs/runner.ts';
import { JOB_METRICS, RunsModule } from './jobs/runs.module.ts';
import { JobStore } from './jobs/store.ts';
import type { Transport } from './jobs/transport.ts';
import { createRetention } from './modules/retention.ts';
import { TRANSPORT, TransportModule } from './modules/transport.module.ts';
import type { JobMetrics } from './ops/metrics.ts';
import type { Base, Service } from './process.ts';
import { Deliverer } from './webhooks/deliverer.ts';
import { WebhooksModule } from './webhooks/webhooks.module.ts';
import { createWork } from './work.ts';

const WORK = Symbol('Work');

@Module({})
export class WorkerModule {
  static of(base: Base): DynamicModule {
    return {
      module: WorkerModule,
      imports: [CoreModule.of(base), RunsModule, TransportModule.of(base), WebhooksModule],
      providers: [
        {
          provide: WORK,
          inject: [JobStore, Leases, Runner, TRANSPORT, Deliverer, JOB_METRICS, AiClient],
          useFactory: (
            store: JobStore,
            leases: Leases,
            runner: Runner,
            transport: Transport,
            webhooks: Deliverer,
            metrics: JobMetrics,
            ai: AiClient,
          ) => {
            const retention = createRetention(base);
            const tools = { store, leases, runner, transport, webhooks, retention, metrics, ai };
            return createWork(base, tools);
          },
        },
      ],
    };
  }
}

export async function createWorker(base: Base): Promise<Service> {
  const nest = await NestFactory.createApplicationContext(WorkerModule.of(base), {
    abortOnError: false,
    logger: new NestLogger(base.log),
  });
  const work = nest.get<Service>(WORK);
  return {
    start: () => work.start?.(),
    async stop() {
      await work.stop();
      // Nest closes BullMQ's worker once more: while Redis is away that fails, or does not end.
      await Promise.race([nest.close().catch(() => {}), sleep(1000)]);
    },
  };
}
