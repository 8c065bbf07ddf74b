import { statement } from '../database/statement.ts';
import { type Count, purgeExample, purging } from './retention-statements.ts';

// What the functions of src/database/migrations/2026-11-01-months.ts do, in steps.

export interface Month {
  /** Its first day. */
  month: string;
  first_id: string;
  next_id: string;
}

/** Takes a step towards the partitions of a month; none is left when it answers false. */
export const createMonth = statement<{ taken: boolean }>(
  'months.create',
  'SELECT create_job_month($1, $2, $3) AS taken',
  () => [
    '2999-01-01',
    '1d85b7b3-3c00-7000-8000-000000000000',
    '1d86575a-f800-7000-8000-000000000000',
  ],
);

/** Notes which of the months before $1 have no unfinished job, as of $2. */
export const closeMonths = statement(
  'months.close',
  `UPDATE job_months SET finished_at = CASE WHEN finished_at IS NULL THEN $2::timestamptz END
  WHERE month < $1 AND (finished_at IS NULL) = job_month_finished(month)`,
  () => ['2000-01-01', new Date()],
);

/** Those whose jobs were all finished before a moment. */
export const pastMonths = statement<Month>(
  'months.past',
  `SELECT month::text, first_id, next_id FROM job_months WHERE finished_at < $1
  ORDER BY month`,
  ({ moment }) => [moment],
);

/** What the jobs of a month have left elsewhere, but for letters replayed since $3. */
export const purgeLeftovers = statement<Count>(
  'months.leftovers',
  `WITH letter AS (
    DELETE FROM dead_letters WHERE id = ANY (ARRAY(
      SELECT id FROM dead_letters WHERE job_id >= $1 AND job_id < $2
        AND (replayed_at IS NULL OR replayed_at < $3)
      ORDER BY job_id LIMIT $4 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
  ), delivery AS (
    DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
      SELECT id FROM webhook_deliveries WHERE job_id >= $1 AND job_id < $2
      ORDER BY job_id LIMIT $4 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
  )
  SELECT (SELECT count(*) FROM letter)::int + (SELECT count(*) FROM delivery)::int AS count`,
  ({ ids, moment }) => [ids[0], ids[1], moment, 10],
);

export const dropMonth = statement<{ dropped: boolean }>(
  'months.drop',
  'SELECT drop_job_month($1, $2) AS dropped',
  ({ moment }) => ['2000-01-01', moment],
);

/** The finished jobs that no month has. */
export const purgeUnpartitioned = statement<Count>(
  'retention.unpartitioned',
  purging('jobs_default'),
  purgeExample,
);
