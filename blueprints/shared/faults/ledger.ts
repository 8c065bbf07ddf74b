import type pg from 'pg';

/** What Postgres knows of the jobs at the end. An effect is a `succeeded` event: it commits with the
 *  result. */
const audit = `
  WITH job AS (
    SELECT id, status, run, result,
      (SELECT count(*) FROM job_events e WHERE e.job_id = jobs.id AND e.type = 'succeeded') AS effects
    FROM jobs
  )
  SELECT
    (SELECT count(*) FROM unnest($1::uuid[]) AS accepted (id)
      WHERE accepted.id NOT IN (SELECT id FROM job))::int AS missing,
    count(*) FILTER (WHERE status IN ('queued', 'active', 'retrying'))::int AS unfinished,
    count(*) FILTER (WHERE status = 'dead' AND NOT EXISTS (
      SELECT FROM dead_letters d WHERE d.job_id = job.id AND d.run = job.run AND d.delivery_id IS NULL))::int AS unlettered,
    coalesce(sum(greatest(effects - 1, 0)), 0)::int AS duplicates,
    count(*) FILTER (WHERE (status = 'succeeded') <> (effects > 0)
      OR (status = 'succeeded') <> (result IS NOT NULL))::int AS contradictions,
    (SELECT count(*) FROM (
      SELECT FROM (
        SELECT tenant, day, type, jobs, succeeded, dead, seconds FROM usage_deltas
        UNION ALL SELECT * FROM usage_current
        UNION ALL SELECT tenant, (finished_at AT TIME ZONE 'UTC')::date, type, -1,
          -(status = 'succeeded')::int, -(status = 'dead')::int,
          -coalesce(extract(epoch FROM finished_at - started_at), 0)
        FROM jobs WHERE finished_at IS NOT NULL
      ) AS told GROUP BY tenant, day, type
      HAVING (sum(jobs), sum(succeeded), sum(dead), sum(seconds)) <> (0, 0, 0, 0)
    ) AS off)::int AS miscounted
  FROM job`;

export interface Audit {
  /** Accepted, and not in the table. */
  missing: number;
  unfinished: number;
  /** Dead, without a dead letter. */
  unlettered: number;
  /** Effects after a job's first. */
  duplicates: number;
  /** Jobs whose status, result and events tell different stories. */
  contradictions: number;
  /** Days of a type whose usage and jobs tell different stories. */
  miscounted: number;
}

/** `accepted`: the ids of all jobs that were answered with 202. */
export async function auditJobs(pool: pg.Pool, accepted: Iterable<string>): Promise<Audit> {
  const { rows } = await pool.query<Audit>(audit, [[...accepted]]);
  return rows[0] as Audit;
}

export async function countJobs(pool: pg.Pool, where = 'true', values: unknown[] = []) {
  const text = `SELECT count(*)::int AS count FROM jobs WHERE ${where}`;
  const { rows } = await pool.query<{ count: number }>(text, values);
  return rows[0]?.count ?? 0;
}
