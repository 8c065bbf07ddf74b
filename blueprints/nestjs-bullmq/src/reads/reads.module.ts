import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Cache } from '../cache/cache.ts';
import { BASE } from '../core/core.module.ts';
import type { Reader } from '../database/database.ts';
import { createCache } from '../modules/cache.ts';
import { createReads } from '../modules/reads.ts';

/** The Reader for what may be a little old. */
export const READS = Symbol('Reads');
const CONNECTIONS = Symbol('Connections');

type Connections = ReturnType<typeof createReads>;

/** The cache, and where it reads from. */
@Global()
@Module({
  providers: [
    { provide: Cache, inject: [BASE], useFactory: createCache },
    { provide: CONNECTIONS, inject: [BASE], useFactory: createReads },
    {
      provide: READS,
      inject: [CONNECTIONS],
      useFactory: ({ reads }: Connections): Reader => reads,
    },
  ],
  exports: [Cache, READS],
})
export class ReadsModule implements OnApplicationShutdown {
  constructor(
    private readonly cache: Cache,
    @Inject(CONNECTIONS) private readonly connections: Connections,
  ) {}

  async onApplicationShutdown() {
    await Promise.all([this.cache.close(), this.connections.close()]);
  }
}
