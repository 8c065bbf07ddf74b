import type pg from 'pg';
import { missingMigrations } from '../database/migrator.ts';
import type { Logger } from '../logger.ts';
import { connectRedis } from '../redis/connection.ts';
import { checkEvictionPolicy, EvictionError } from '../redis/policy.ts';

export interface Readiness {
  ready: boolean;
  checks: Record<string, string>;
}

/** Ready needs the migrations and one look at Redis' policy since boot, and Postgres now. Redis lost
 *  later is no reason to turn requests away: they need Postgres alone. */
export class ReadinessCheck {
  private readonly pool: pg.Pool;
  private readonly redisUrl: string;
  private readonly log: Logger;
  private migrated = false;
  private redisChecked = false;
  draining = false;

  constructor(pool: pg.Pool, redisUrl: string, log: Logger) {
    this.pool = pool;
    this.redisUrl = redisUrl;
    this.log = log;
  }

  async check(): Promise<Readiness> {
    const checks = {
      process: this.draining ? 'draining' : 'ok',
      postgres: await said(() => this.checkPostgres()),
      redis: this.redisChecked ? 'ok' : 'not yet seen since boot',
    };
    return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
  }

  /** What stays true once it was: looked at again and again from boot until then. Answers whether
   *  it is. Throws EvictionError, with which no process should go on. */
  async checkBoot(): Promise<boolean> {
    if (!this.redisChecked) this.redisChecked = await this.seesRedis();
    return (await said(() => this.checkPostgres())) === 'ok' && this.redisChecked;
  }

  private async checkPostgres() {
    if (this.migrated) {
      await this.pool.query('SELECT 1');
      return;
    }
    const missing = await missingMigrations(this.pool);
    if (missing.length > 0) throw new Error(`run npm run migrate; missing: ${missing.join(', ')}`);
    this.migrated = true;
  }

  private async seesRedis() {
    const redis = connectRedis(this.redisUrl, this.log.child({}, { level: 'silent' }));
    try {
      await new Promise((resolve, reject) => redis.once('ready', resolve).once('error', reject));
      checkEvictionPolicy(await redis.info('memory'));
      return true;
    } catch (error) {
      if (error instanceof EvictionError) throw error;
      this.log.warn({ err: error }, 'Redis has not been seen since boot');
      return false;
    } finally {
      redis.disconnect();
    }
  }
}

async function said(check: () => Promise<void>) {
  try {
    await check();
    return 'ok';
  } catch (error) {
    return (error as Error).message || 'unreachable';
  }
}
