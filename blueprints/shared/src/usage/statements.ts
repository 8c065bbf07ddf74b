import { statement } from '../database/statement.ts';
import { usageTables } from '../modules/usage.ts';

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

/** Moves the oldest deltas into their days, also into those that are being made anew, as far as these
 *  have counted their jobs. One after the other, by the row of the projection: so nobody waits for
 *  a day's row, and who counts can tell whether any came in between. */
export const rollUp = statement<{ count: number }>(
  'usage.roll_up',
  `WITH projection AS (
    UPDATE projections SET folds = folds + 1
    WHERE name = 'usage' AND (SELECT min(id) FROM usage_deltas) IS NOT NULL
    RETURNING generation, building, built_to
  ), taken AS (
    DELETE FROM usage_deltas WHERE id = ANY (ARRAY(
      SELECT id FROM usage_deltas WHERE (SELECT true FROM projection)
      ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
    )) RETURNING *
  ), rolled AS (
    INSERT INTO usage_days (generation, tenant, day, type, jobs, succeeded, dead, seconds)
    SELECT target.generation, tenant, day, type, sum(jobs), sum(succeeded), sum(dead), sum(seconds)
    FROM taken, projection, LATERAL (
      SELECT projection.generation UNION ALL SELECT building WHERE cohort <= built_to
    ) AS target
    GROUP BY target.generation, tenant, day, type
    ON CONFLICT (generation, tenant, day, type) DO UPDATE SET
      jobs = usage_days.jobs + excluded.jobs,
      succeeded = usage_days.succeeded + excluded.succeeded,
      dead = usage_days.dead + excluded.dead,
      seconds = usage_days.seconds + excluded.seconds
  )
  SELECT count(*)::int AS count FROM taken`,
  () => [10],
);

/** Whoever deletes jobs that ended before a moment says so first: their days can no longer be counted
 *  from the jobs. */
export const closeDays = statement(
  'usage.close_days',
  `UPDATE projections SET truth_from = ($1::timestamptz AT TIME ZONE 'UTC')::date + 1
  WHERE name = 'usage' AND truth_from <= ($1::timestamptz AT TIME ZONE 'UTC')::date`,
  ({ moment }) => [moment],
);

/** Sums a tenant's days from $2, before $3, in the order of their keys after $4. What a replay took
 *  back leaves nothing. */
const sums = (column: 'day' | 'type') => `
  SELECT ${column}::text AS key, sum(jobs)::bigint AS jobs, sum(succeeded)::bigint AS succeeded,
    sum(dead)::bigint AS dead, sum(seconds)::float8 AS seconds
  FROM (${usageTables
    .map(
      (table) => `SELECT ${column}, jobs, succeeded, dead, seconds FROM ${table}
        WHERE tenant = $1 AND day >= $2 AND day < $3 AND ${column} > $4`,
    )
    .join(' UNION ALL ')}) AS used
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
