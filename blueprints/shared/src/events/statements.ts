import { statement } from '../database/statement.ts';
import type { JobEvent } from '../jobs/model.ts';

export const channel = 'job_events';

/** Events of each job ($1) after a number ($2), a job's in their order: the first, which is the job's
 *  row, and up to $3 others. Only the last one of a finished job has a result, which stands in the
 *  row alone. */
export const eventsAfter = statement<JobEvent>(
  'events.after',
  `SELECT jobs.id AS job_id, e.seq, e.type, e.failures, e.progress, e.error, e.at,
    jobs.event_seq = e.seq AND jobs.finished_at IS NOT NULL AS final,
    CASE WHEN jobs.event_seq = e.seq THEN jobs.result END AS result
  FROM unnest($1::uuid[], $2::int[]) AS i (id, after) JOIN jobs ON jobs.id = i.id, LATERAL (
    SELECT 1 AS seq, 'queued' AS type, 0 AS failures, 0 AS progress, NULL::jsonb AS error,
      jobs.created_at AS at WHERE i.after < 1
    UNION ALL (
      SELECT seq, type, failures, progress, error, at FROM job_events
      WHERE job_id = i.id AND seq > greatest(i.after, 1) ORDER BY seq LIMIT $3
    )
  ) AS e ORDER BY e.seq`,
  ({ ids }) => [ids, ids.map(() => 0), 20],
);

export const notify = statement('events.notify', `SELECT pg_notify('${channel}', $1)`, () => [
  '00000000',
]);
