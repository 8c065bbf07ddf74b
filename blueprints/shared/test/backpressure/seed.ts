// Buckets of many tenants.
export default [
  `INSERT INTO rate_limits (tenant, tokens, refilled_at)
   SELECT 't' || n, 100, now() FROM generate_series(1, 200000) AS n`,
];
