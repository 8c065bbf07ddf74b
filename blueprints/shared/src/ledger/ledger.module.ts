import {
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { BASE } from '../core/core.module.ts';
import { Database } from '../database/database.ts';
import type { Base } from '../process.ts';
import { LedgerController } from './ledger.controller.ts';
import { Ledger } from './ledger.ts';
import { startUpkeep } from './upkeep.ts';

/** The second service: what it listens to, and what it forgets. */
@Module({
  controllers: [LedgerController],
  providers: [
    { provide: Ledger, inject: [Database], useFactory: (db: Database) => new Ledger(db) },
  ],
})
export class LedgerModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private stop = async () => {};

  constructor(
    private readonly ledger: Ledger,
    @Inject(BASE) private readonly base: Base,
  ) {}

  onApplicationBootstrap() {
    this.stop = startUpkeep(this.base, this.ledger);
  }

  async onApplicationShutdown() {
    await this.stop();
  }
}
