import 'reflect-metadata';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { createSubscription } from './bus/consumer/create.ts';
import { ErrorFilter } from './bus/consumer/error.filter.ts';
import { SubscriptionStrategy } from './bus/consumer/strategy.ts';
import { NestLogger } from './common/logger.ts';
import { CoreModule } from './core/core.module.ts';
import { LedgerModule } from './ledger/ledger.module.ts';
import type { Base, Service } from './process.ts';

@Module({})
export class ConsumerModule {
  static of(base: Base): DynamicModule {
    return {
      module: ConsumerModule,
      imports: [CoreModule.of(base), LedgerModule],
      providers: [{ provide: APP_FILTER, useClass: ErrorFilter }],
    };
  }
}

/** The second service as a Nest microservice on its queue. */
export async function createConsumer(base: Base): Promise<Service> {
  const strategy = new SubscriptionStrategy((handle) => createSubscription(base, 'ledger', handle));
  const nest = await NestFactory.createMicroservice<MicroserviceOptions>(ConsumerModule.of(base), {
    strategy,
    abortOnError: false,
    logger: new NestLogger(base.log),
  });
  return {
    start: () => void nest.listen(),
    stop: () => nest.close(),
  };
}
