// A backlog of one receiver among others that wait too; most deliveries have been made.
export default [
  `INSERT INTO webhook_deliveries (job_id, run, tenant, type, url, job, due_at)
   SELECT id, run, tenant, 'job.succeeded',
     CASE n % 4 WHEN 0 THEN 'https://slow.example' ELSE 'https://receiver' || n % 25 || '.example' END,
     '{"type": "summarize", "traceparent": "00-0-0-00"}',
     CASE WHEN n % 4 = 0 OR n % 97 = 0 THEN now() + (n % 100 - 80) * interval '1 minute' END
   FROM (
     SELECT *, row_number() OVER () AS n FROM jobs WHERE finished_at IS NOT NULL LIMIT 200000
   ) AS finished`,
  `INSERT INTO webhook_secrets (tenant, id, secret, expires_at)
   SELECT 't' || n / 2, gen_random_uuid(), 'whsec_', CASE n % 2 WHEN 0 THEN now() + interval '1 day' END
   FROM generate_series(1, 200000) AS n`,
  `INSERT INTO webhook_gone (tenant, url, at)
   SELECT 't' || n % 10, 'https://gone' || n || '.example', now() - n * interval '1 second'
   FROM generate_series(1, 200000) AS n`,
];
