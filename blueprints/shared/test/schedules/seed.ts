import { seed } from '../jobs/seed.ts';

const moment = seed.moment.toISOString();

// Schedules of ten tenants: most tick later, some are paused, and some are due. The one of the
// examples has a tick at their moment.
export default [
  `INSERT INTO schedules (tenant, name, type, input, cron, time_zone, every_s, created_at,
     next_due_at, last_tick_at, last_job_id)
   SELECT 't' || n % 10, 'schedule ' || n, 'summarize', '{"text": "a text"}',
     CASE WHEN n % 2 = 0 THEN '0 9 * * 1-5' END, CASE WHEN n % 2 = 0 THEN 'Europe/Berlin' END,
     CASE WHEN n % 2 = 1 THEN 60 END, now() - interval '1 year',
     CASE WHEN n = 13 THEN '${moment}' WHEN n % 1000 = 1 THEN now() - n * interval '1 ms'
       WHEN n % 10 <> 0 THEN now() + (60 + n) * interval '1 second' END,
     now() - n * interval '1 second', '${seed.ids[0]}'
   FROM generate_series(1, 200000) AS n`,
];
