// Two years of two hundred tenants, and many deltas that wait for their roll-up.
export default [
  `INSERT INTO usage_days (tenant, day, type, jobs, succeeded, dead, seconds)
   SELECT 't' || tenant, current_date - day, 'summarize', 10, 9, 1, 100
   FROM generate_series(1, 200) AS tenant, generate_series(0, 730) AS day`,
  `INSERT INTO usage_deltas (tenant, day, type, cohort, jobs, succeeded, dead, seconds)
   SELECT 't' || n % 10, current_date, 'summarize', job_cohort(id), 1, 1, 0, 10
   FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS n FROM jobs) AS job WHERE n <= 200000`,
  // As if they were being counted anew.
  `UPDATE projections SET building = 2, built_from = '-infinity',
     built_to = '00000000-0000-0000-0000-000000000000'`,
];
