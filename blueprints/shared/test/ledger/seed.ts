// A month's events, and what some thousands of tenants have had booked in ten years.
export default [
  `INSERT INTO ledger_inbox (event_id, at)
   SELECT gen_random_uuid(), now() - n * interval '10 seconds' FROM generate_series(1, 250000) AS n`,
  `INSERT INTO ledger_entries (tenant, month, succeeded, dead, cancelled, took_ms)
   SELECT 't' || tenant, date '2017-01-01' + month * interval '1 month', 10, 1, 1, 100000
   FROM generate_series(1, 1000) AS tenant, generate_series(0, 119) AS month`,
];
