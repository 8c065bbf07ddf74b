import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Database } from '../database/database.ts';
import type { Base } from '../process.ts';

/** What every process has, to inject: all of it, and its parts that are no classes. */
export const BASE = Symbol('Base');
export const CONFIG = Symbol('Config');
export const LOGGER = Symbol('Logger');

/** What src/process.ts made, and ends, for every module. */
@Global()
@Module({})
export class CoreModule {
  static of(base: Omit<Base, 'readiness'>): DynamicModule {
    const providers = [
      { provide: BASE, useValue: base },
      { provide: CONFIG, useValue: base.config },
      { provide: LOGGER, useValue: base.log },
      { provide: Database, useValue: base.db },
      { provide: Registry, useValue: base.registry },
    ];
    return { module: CoreModule, providers, exports: providers };
  }
}
