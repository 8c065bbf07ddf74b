// Two years of a hundred tenants, and many deltas that wait for their roll-up.
export default [
  `INSERT INTO usage_days (tenant, day, type, jobs, succeeded, dead, seconds)
   SELECT 't' || tenant, current_date - day, 'summarize', 10, 9, 1, 100
   FROM generate_series(1, 200) AS tenant, generate_series(0, 730) AS day`,
  `INSERT INTO usage_deltas (tenant, day, type, jobs, succeeded, dead, seconds)
   SELECT 't' || n % 10, current_date, 'summarize', 1, 1, 0, 10 FROM generate_series(1, 200000) AS n`,
];
