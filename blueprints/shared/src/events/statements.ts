import { statement } from '../database/statement.ts';
import type { JobEvent } from '../jobs/model.ts';

export const channel = 'job_events';

/** Up to $3 events of each job ($1) after a number ($2), a job's in their order. Only the last one
 *  of a finished job has a result, which stands in the job's row alone. */
export const eventsAfter = statement<JobEvent>(
  'events.after',
  `SELECT e.job_id, e.seq, e.type, e.failures, e.progress, e.error, e.at,
    jobs.event_seq = e.seq AND jobs.finished_at IS NOT NULL AS final,
    CASE WHEN jobs.event_seq = e.seq THEN jobs.result END AS result
  FROM unnest($1::uuid[], $2::int[]) AS i (id, after), LATERAL (
    SELECT * FROM job_events WHERE job_id = i.id AND seq > i.after ORDER BY seq LIMIT $3
  ) AS e JOIN jobs ON jobs.id = e.job_id
  ORDER BY e.seq`,
  ({ ids }) => [ids, ids.map(() => 0), 20],
);

export const notify = statement('events.notify', `SELECT pg_notify('${channel}', $1)`, () => [
  '00000000',
]);
