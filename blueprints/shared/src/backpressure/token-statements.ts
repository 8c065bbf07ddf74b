import { statement } from '../database/statement.ts';
import type { Lease } from './tokens.ts';

/** $1 tenant, $2 rps, $3 burst, $4 how many are wanted. No row: the bucket is not open yet. */
export const leaseTokens = statement<Lease>(
  'tokens.lease',
  `WITH bucket AS (
    SELECT tenant, now.at,
      least($3, tokens + $2 * greatest(0, extract(epoch FROM now.at - refilled_at))) AS tokens
    FROM rate_limits, (SELECT clock_timestamp() AS at) AS now WHERE tenant = $1
    FOR UPDATE OF rate_limits
  )
  UPDATE rate_limits SET refilled_at = bucket.at,
    tokens = bucket.tokens - least($4, floor(bucket.tokens))
  FROM bucket WHERE rate_limits.tenant = bucket.tenant
  RETURNING least($4, floor(bucket.tokens)) AS granted, rate_limits.tokens AS left`,
  ({ tenant }) => [tenant, 10, 100, 5],
);

export const openBucket = statement(
  'tokens.open',
  `INSERT INTO rate_limits (tenant, tokens, refilled_at) VALUES ($1, $2, clock_timestamp())
  ON CONFLICT DO NOTHING`,
  ({ tenant }) => [tenant, 100],
);
