// A backlog, as after an hour without RabbitMQ.
export default [
  `INSERT INTO domain_events (type, tenant, data, created_at, due_at)
   SELECT 'job.succeeded', 't' || n % 10, '{"type": "summarize"}', at, at
   FROM generate_series(1, 200000) AS n, LATERAL (
     SELECT now() - interval '1 hour' + n * interval '10 ms' AS at
   ) AS moment`,
];
