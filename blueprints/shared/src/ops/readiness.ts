import type { Database } from '../database/database.ts';
import { missingMigrations } from '../database/migrator.ts';
import { ping } from '../database/statements.ts';
import type { Logger } from '../logger.ts';

/** What has to be seen once since boot. Throws while it is not, UnfitError if it never will be. */
export interface BootCheck {
  name: string;
  check: (log: Logger) => Promise<void>;
}

/** With this no process should go on. */
export class UnfitError extends Error {
  override name = 'UnfitError';
}

export interface Readiness {
  ready: boolean;
  checks: Record<string, string>;
}

/** How long a database that is too busy to be asked may give no answer at all. */
const busyMs = 30_000;

/** Ready needs the migrations and one look at each boot check since boot, and Postgres now. What is
 *  lost later, such as a queue's Redis, is no reason to turn requests away: they need Postgres alone. */
export class ReadinessCheck {
  private readonly db: Database;
  private readonly log: Logger;
  private readonly unseen: Set<BootCheck>;
  private readonly seen: string[] = [];
  private migrated = false;
  draining = false;

  constructor(db: Database, bootChecks: BootCheck[], log: Logger) {
    this.db = db;
    this.log = log;
    this.unseen = new Set(bootChecks);
  }

  async check(): Promise<Readiness> {
    const checks: Record<string, string> = {
      process: this.draining ? 'draining' : 'ok',
      postgres: await this.postgres(),
    };
    for (const name of this.seen) checks[name] = 'ok';
    for (const { name } of this.unseen) checks[name] = 'not yet seen since boot';
    return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
  }

  /** What stays true once it was: looked at again and again from boot until then. Answers whether
   *  it is. Throws UnfitError. */
  async checkBoot(): Promise<boolean> {
    for (const one of this.unseen) {
      try {
        await one.check(this.log);
        this.unseen.delete(one);
        this.seen.push(one.name);
      } catch (error) {
        if (error instanceof UnfitError) throw error;
        this.log.warn({ err: error }, `${one.name} has not been seen since boot`);
      }
    }
    return (await this.postgres()) === 'ok' && this.unseen.size === 0;
  }

  /** `ok`, or what is wrong. A pool whose connections are all at work is overload, and a replica
   *  that leaves because of it makes the others' worse. */
  private async postgres(): Promise<string> {
    try {
      await this.checkPostgres();
      return 'ok';
    } catch (error) {
      const busy = this.db.saturated && performance.now() - this.db.answeredAt < busyMs;
      return busy ? 'ok' : (error as Error).message || 'unreachable';
    }
  }

  private async checkPostgres() {
    if (this.migrated) {
      await this.db.query(ping);
      return;
    }
    const missing = await missingMigrations(this.db);
    if (missing.length > 0) throw new Error(`run npm run migrate; missing: ${missing.join(', ')}`);
    this.migrated = true;
  }
}
