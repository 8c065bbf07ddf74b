import type { Database } from '../database/database.ts';
import { leaseTokens, openBucket } from './token-statements.ts';
import type { Lease, RatePolicy, TokenSource } from './tokens.ts';

/** Buckets in Postgres, for a service without Redis. */
export class PostgresTokens implements TokenSource {
  readonly policy: RatePolicy;
  private readonly db: Database;

  constructor(db: Database, policy: RatePolicy) {
    this.db = db;
    this.policy = policy;
  }

  async lease(tenant: string, wanted: number): Promise<Lease> {
    const { rps, burst } = this.policy;
    const values = [tenant, rps, burst, wanted];
    const lease = await this.db.first(leaseTokens, values);
    if (lease) return lease;
    await this.db.query(openBucket, [tenant, burst]);
    return (await this.db.first(leaseTokens, values)) ?? { granted: 0, left: 0 };
  }

  /** The database is the process'. */
  async close(): Promise<void> {}
}
