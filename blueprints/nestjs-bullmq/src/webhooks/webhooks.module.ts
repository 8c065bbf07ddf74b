import { Module } from '@nestjs/common';
import { BASE } from '../core/core.module.ts';
import { createDeliverer } from './create.ts';
import { Deliverer } from './deliverer.ts';

/** A worker's part in telling others. */
@Module({
  providers: [{ provide: Deliverer, inject: [BASE], useFactory: createDeliverer }],
  exports: [Deliverer],
})
export class WebhooksModule {}
