import { statement } from '../database/statement.ts';

/** What was used under a key: a day, or a type of job. */
export interface Usage {
  key: string;
  /** Those that ended, whichever way. */
  jobs: number;
  succeeded: number;
  dead: number;
  /** From start to end, of all of them. */
  seconds: number;
}

/** Moves the oldest deltas into their days; any number may run at once. The rows of the days are
 *  locked in order, so that two of them never wait for each other in a circle. */
export const rollUp = statement<{ count: number }>(
  'usage.roll_up',
  `WITH taken AS (
    DELETE FROM usage_deltas WHERE id = ANY (ARRAY(
      SELECT id FROM usage_deltas ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
    )) RETURNING *
  ), rolled AS (
    INSERT INTO usage_days (tenant, day, type, jobs, succeeded, dead, seconds)
    SELECT tenant, day, type, sum(jobs), sum(succeeded), sum(dead), sum(seconds)
    FROM taken GROUP BY tenant, day, type ORDER BY tenant, day, type
    ON CONFLICT (tenant, day, type) DO UPDATE SET
      jobs = usage_days.jobs + excluded.jobs,
      succeeded = usage_days.succeeded + excluded.succeeded,
      dead = usage_days.dead + excluded.dead,
      seconds = usage_days.seconds + excluded.seconds
  )
  SELECT count(*)::int AS count FROM taken`,
  () => [10],
);

/** Sums a tenant's days from $2, before $3, in the order of their keys after $4. What a replay took
 *  back leaves nothing. */
const sums = (column: 'day' | 'type') => `
  SELECT ${column}::text AS key, sum(jobs)::bigint AS jobs, sum(succeeded)::bigint AS succeeded,
    sum(dead)::bigint AS dead, sum(seconds)::float8 AS seconds
  FROM usage_days WHERE tenant = $1 AND day >= $2 AND day < $3 AND ${column} > $4
  GROUP BY ${column} HAVING sum(jobs) > 0 ORDER BY ${column} LIMIT $5`;

export const usageBy = {
  day: statement<Usage>('usage.by_day', sums('day'), ({ tenant }) => [
    tenant,
    '2026-10-01',
    '2026-11-01',
    '-infinity',
    20,
  ]),
  type: statement<Usage>('usage.by_type', sums('type'), ({ tenant }) => [
    tenant,
    '2026-10-01',
    '2026-11-01',
    '',
    20,
  ]),
};
