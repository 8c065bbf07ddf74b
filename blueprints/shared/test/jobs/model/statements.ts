import { statement } from '../../../src/database/statement.ts';
import type { Rows } from './observe.ts';
import type { ModelJob } from './rules.ts';

// The model's own looks at time and rows.

const now = 'clock_timestamp()';

/** Two hours pass for a job. */
export const age = statement(
  'model.age',
  `UPDATE jobs SET due_at = due_at - interval '2 h', lease_until = lease_until - interval '2 h',
    published_at = published_at - interval '2 h' WHERE id = $1`,
);

/** The backoff is random, and may be next to nothing. */
export const pinBackoff = statement(
  'model.pin_backoff',
  `UPDATE jobs SET due_at = ${now} + interval '1 h'
  WHERE id = ANY ($1) AND status = 'retrying' AND due_at IS NOT NULL`,
);

/** What is due now is stored to the millisecond, which may be the next one. */
export const settleDue = statement(
  'model.settle_due',
  `UPDATE jobs SET due_at = due_at - interval '1 s'
  WHERE due_at BETWEEN ${now} - interval '1 s' AND ${now} + interval '1 s'`,
);

/** What was published just now stays so. */
export const holdPublished = statement(
  'model.hold_published',
  `UPDATE jobs SET published_at = ${now} - interval '1 s'
  WHERE published_at > ${now} - interval '1 h'`,
);

export const letterOf = statement<{ id: string }>(
  'model.letter',
  'SELECT id FROM dead_letters WHERE job_id = $1 AND run = $2',
);

export const observe = statement<ModelJob & Rows & { id: string }>(
  'model.observe',
  `SELECT jobs.id, jobs.status, jobs.run, jobs.failures, jobs.max_attempts AS "maxAttempts", progress,
    coalesce(nullif(concat_ws(' and ',
      CASE WHEN due_at IS NOT NULL THEN 'outbox' END,
      CASE WHEN published_at IS NOT NULL THEN 'broker' END,
      CASE WHEN lease_until IS NOT NULL THEN 'worker' END), ''), 'none') AS place,
    coalesce(due_at <= ${now} OR lease_until < ${now}
      OR published_at < ${now} - interval '1 h', false) AS overdue,
    started_at IS NOT NULL AS started, finished_at IS NOT NULL AS finished,
    (result ->> 'run')::int AS result, error ->> 'message' AS error,
    webhook_url IS NOT NULL AS notifies, event_seq AS "eventSeq",
    event.types AS events, event.seqs,
    ARRAY(
      SELECT jsonb_build_object('run', run, 'attempts', attempts, 'replayed', replayed_at IS NOT NULL)
      FROM dead_letters WHERE job_id = jobs.id ORDER BY run
    ) AS letters,
    ARRAY(
      SELECT jsonb_build_object('run', run, 'type', type)
      FROM webhook_deliveries WHERE job_id = jobs.id ORDER BY run
    ) AS deliveries,
    jsonb_build_object('jobs', used.jobs, 'succeeded', used.succeeded, 'dead', used.dead) AS usage,
    (used.seconds - coalesce(extract(epoch FROM finished_at - started_at), 0))::float8 AS "secondsOff"
  FROM jobs,
    LATERAL (
      SELECT array_prepend('queued', array_agg(type ORDER BY seq)) AS types,
        array_prepend(1, array_agg(seq ORDER BY seq)) AS seqs
      FROM job_events WHERE job_id = jobs.id
    ) AS event,
    LATERAL (
      SELECT coalesce(sum(jobs), 0) AS jobs, coalesce(sum(succeeded), 0) AS succeeded,
        coalesce(sum(dead), 0) AS dead, coalesce(sum(seconds), 0) AS seconds
      FROM (
        SELECT type, jobs, succeeded, dead, seconds FROM usage_deltas
        UNION ALL SELECT type, jobs, succeeded, dead, seconds FROM usage_days
      ) AS each WHERE each.type = jobs.type
    ) AS used`,
);
