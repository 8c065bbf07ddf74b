import type pg from 'pg';
import { query } from '../database/query.ts';
import type { Lease, RatePolicy, TokenSource } from './tokens.ts';

const statements = {
  /** $1 tenant, $2 rps, $3 burst, $4 how many are wanted. */
  lease: `
    WITH bucket AS (
      SELECT tenant, now.at,
        least($3, tokens + $2 * greatest(0, extract(epoch FROM now.at - refilled_at))) AS tokens
      FROM rate_limits, (SELECT clock_timestamp() AS at) AS now WHERE tenant = $1
      FOR UPDATE OF rate_limits
    )
    UPDATE rate_limits SET refilled_at = bucket.at,
      tokens = bucket.tokens - least($4, floor(bucket.tokens))
    FROM bucket WHERE rate_limits.tenant = bucket.tenant
    RETURNING least($4, floor(bucket.tokens)) AS granted, rate_limits.tokens AS left`,

  open: `
    INSERT INTO rate_limits (tenant, tokens, refilled_at) VALUES ($1, $2, clock_timestamp())
    ON CONFLICT DO NOTHING`,
};

/** Buckets in Postgres, for a service without Redis. */
export class PostgresTokens implements TokenSource {
  private readonly pool: pg.Pool;
  readonly policy: RatePolicy;

  constructor(pool: pg.Pool, policy: RatePolicy) {
    this.pool = pool;
    this.policy = policy;
  }

  async lease(tenant: string, wanted: number): Promise<Lease> {
    const lease = await this.take(tenant, wanted);
    if (lease) return lease;
    await query(this.pool, statements.open, [tenant, this.policy.burst]);
    return (await this.take(tenant, wanted)) ?? { granted: 0, left: 0 };
  }

  /** The pool is the process'. */
  async close(): Promise<void> {}

  private async take(tenant: string, wanted: number) {
    const values = [tenant, this.policy.rps, this.policy.burst, wanted];
    const [lease] = await query<Lease & pg.QueryResultRow>(this.pool, statements.lease, values);
    return lease;
  }
}
