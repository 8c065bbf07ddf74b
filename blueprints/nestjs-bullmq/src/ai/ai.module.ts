import { Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { CONFIG } from '../core/core.module.ts';
import type { Resources } from '../jobs/types/index.ts';
import { Dependency, type DependencyOptions } from '../outgoing/dependency.ts';
import { outgoingMetrics } from '../outgoing/metrics.ts';
import { AiClient } from './client.ts';
import { createAi } from './create.ts';

/** Makes the one door to something outside, measured. */
export const DEPENDENCY = Symbol('Dependency');

/** What workers call. */
@Module({
  providers: [
    { provide: DEPENDENCY, inject: [Registry], useFactory: doorsWith },
    { provide: AiClient, inject: [CONFIG, DEPENDENCY], useFactory: createAi },
  ],
  exports: [DEPENDENCY, AiClient],
})
export class AiModule {}

function doorsWith(registry: Registry): Resources['dependency'] {
  const metrics = outgoingMetrics(registry);
  return (options: DependencyOptions) => new Dependency(options, metrics);
}
