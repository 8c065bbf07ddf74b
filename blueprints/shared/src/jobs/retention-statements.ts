import { type Statement, statement } from '../database/statement.ts';
import { firstIdAt } from './ids.ts';

export interface Count {
  count: number;
}

/** Finished jobs of a table with all that belongs to them. Their ids are in the order of their
 *  creation, so the primary key finds the old ones. */
export const purging = (table: string) => `
  WITH old AS (
    DELETE FROM ${table} AS jobs USING unnest(ARRAY(
      SELECT id FROM ${table} WHERE id < $1 AND finished_at < $2 ORDER BY id LIMIT $3
      FOR UPDATE SKIP LOCKED
    )) AS picked (id) WHERE jobs.id = picked.id RETURNING jobs.id
  ), event AS (
    DELETE FROM job_events USING unnest(ARRAY(SELECT id FROM old)) AS picked (id)
    WHERE job_id = picked.id
  ),
  letter AS (DELETE FROM dead_letters WHERE job_id = ANY (ARRAY(SELECT id FROM old))),
  delivery AS (DELETE FROM webhook_deliveries WHERE job_id = ANY (ARRAY(SELECT id FROM old)))
  SELECT count(*)::int AS count FROM old`;

export const purgeExample: Statement['example'] = ({ moment }) => [firstIdAt(moment), moment, 10];

export const purgeJobs = statement<Count>('retention.jobs', purging('jobs'), purgeExample);

/** After so long a URL that answered 410 may be named again. */
export const purgeGone = statement<Count>(
  'retention.webhook_gone',
  `WITH old AS (
    DELETE FROM webhook_gone WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM webhook_gone WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
  )
  SELECT count(*)::int AS count FROM old`,
  ({ moment }) => [moment, 10],
);

export const purgeKeys = statement<Count>(
  'retention.keys',
  `WITH old AS (
    DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM idempotency_keys WHERE expires_at < (SELECT clock_timestamp())
      ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
  )
  SELECT count(*)::int AS count FROM old`,
  () => [10],
);
