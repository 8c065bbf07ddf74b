import { statement } from '../database/statement.ts';

// How the days of usage are counted anew from the jobs, under a generation of their own, while the
// service goes on. Writers are never waited for, and wait for nothing. Invariants:
//  - A write commits its job and its delta together: in any snapshot the jobs of a range of ids are
//    what their deltas that wait add to what has been rolled up. So a batch counts jobs *less* the
//    deltas of the same cohorts, and later roll-ups add those to both generations.
//  - A batch must see what the last roll-up left. It looks (`seen`) before it locks the projection's
//    row; if a roll-up came in between, `mine` is empty, and the batch does nothing and is repeated.
//  - Who starts draws a new generation: whoever was at it before finds `building` changed, and writes
//    nothing any more.

export interface Build {
  building: number;
  /** The first day that is counted; those before have lost jobs to the retention, and are copied. */
  built_from: string;
}

export const start = statement<Build>(
  'usage.start_build',
  `UPDATE projections SET building = nextval('projection_generations'),
    built_from = truth_from + 1, built_to = '00000000-0000-0000-0000-000000000000'
  WHERE name = 'usage' RETURNING building, built_from::text`,
);

/** The row of the projection, locked, if $1 is being built and nothing was rolled up since the look. */
const mine = `
  seen AS (SELECT folds, building FROM projections WHERE name = 'usage'), mine AS (
    SELECT generation, building, built_from, built_to FROM projections
    WHERE name = 'usage' AND building = $1 AND folds = (SELECT folds FROM seen) FOR UPDATE
  )`;

/** Whether the generation is still the caller's, and whether the batch was carried out. */
export interface Batch {
  own: boolean;
  held: boolean;
}
const outcome = `(SELECT building = $1 FROM seen) IS TRUE AS own,
  EXISTS (SELECT FROM mine) AS held`;

const lastId = "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid";

/** Counts the next jobs of generation $1: so many ($2), and what else belongs to the last's cohort. */
export const count = statement<Batch & { complete: boolean }>(
  'usage.count',
  `WITH ${mine}, range AS (
    SELECT mine.*, coalesce(job_cohort((
      SELECT id FROM jobs WHERE id > mine.built_to ORDER BY id OFFSET $2::int LIMIT 1
    )), ${lastId}) AS next FROM mine
  ), used AS (
    SELECT jobs.* FROM range, LATERAL (
      SELECT tenant, (finished_at AT TIME ZONE 'UTC')::date AS day, type, 1 AS jobs,
        (status = 'succeeded')::int AS succeeded, (status = 'dead')::int AS dead,
        coalesce(extract(epoch FROM finished_at - started_at), 0) AS seconds
      FROM jobs WHERE id > built_to AND id <= next AND finished_at IS NOT NULL
    ) AS jobs
    UNION ALL
    SELECT waiting.* FROM range, LATERAL (
      SELECT tenant, day, type, -jobs, -succeeded, -dead, -seconds
      FROM usage_deltas WHERE cohort > built_to AND cohort <= next
    ) AS waiting
  ), counted AS (
    INSERT INTO usage_days (generation, tenant, day, type, jobs, succeeded, dead, seconds)
    SELECT building, tenant, day, type, sum(jobs), sum(succeeded), sum(dead), sum(seconds)
    FROM used, range WHERE day >= built_from GROUP BY building, tenant, day, type
    ON CONFLICT (generation, tenant, day, type) DO UPDATE SET
      jobs = usage_days.jobs + excluded.jobs,
      succeeded = usage_days.succeeded + excluded.succeeded,
      dead = usage_days.dead + excluded.dead,
      seconds = usage_days.seconds + excluded.seconds
  ), moved AS (
    UPDATE projections SET built_to = next FROM range WHERE name = 'usage'
  )
  SELECT ${outcome}, (SELECT next = ${lastId} FROM range) IS TRUE AS complete`,
  () => [2, 10],
);

export interface Ended {
  /** Whether all that was counted could be: of each day all jobs were still there. */
  valid: boolean;
}

export interface Place {
  tenant: string;
  day: string;
  type: string;
}

/** Copies into generation $1 what can no longer be counted of the next $5 rows after a place. When all
 *  jobs have been counted: from then on both generations get the same. */
export const copy = statement<Batch & Partial<Place>>(
  'usage.copy',
  `WITH ${mine}, page AS (
    SELECT * FROM usage_days WHERE generation = (SELECT generation FROM mine)
      AND (tenant, day, type) > ($2, $3::date, $4)
    ORDER BY tenant, day, type LIMIT $5
  ), copied AS (
    INSERT INTO usage_days (generation, tenant, day, type, jobs, succeeded, dead, seconds)
    SELECT building, tenant, day, type, jobs, succeeded, dead, seconds
    FROM page, mine WHERE day < built_from
    ON CONFLICT (generation, tenant, day, type) DO UPDATE SET
      jobs = excluded.jobs, succeeded = excluded.succeeded, dead = excluded.dead,
      seconds = excluded.seconds
  )
  SELECT ${outcome}, last.* FROM (SELECT) AS always LEFT JOIN (
    SELECT tenant, day::text, type FROM page ORDER BY page.tenant DESC, page.day DESC, page.type DESC
    LIMIT 1
  ) AS last ON true`,
  ({ tenant }) => [2, tenant, '-infinity', '', 10],
);

export interface Sums {
  jobs: number;
  succeeded: number;
  dead: number;
  /** Exact, as Postgres writes it. */
  seconds: string;
}

/** What the projection says of a key, and what the jobs do. */
export interface Difference extends Place {
  projection: Sums;
  truth: Sums;
}

/** The tenant after $2 in the current generation or in $1. */
export const nextTenant = statement<{ tenant: string | null }>(
  'usage.next_tenant',
  `SELECT least(
    (SELECT min(tenant) FROM usage_days WHERE tenant > $2
      AND generation = (SELECT generation FROM projections WHERE name = 'usage')),
    (SELECT min(tenant) FROM usage_days WHERE tenant > $2 AND generation = $1)
  ) AS tenant`,
  () => [2, ''],
);

const sums = (kind: string) => `json_build_object(
    'jobs', coalesce(${kind}.jobs, 0), 'succeeded', coalesce(${kind}.succeeded, 0),
    'dead', coalesce(${kind}.dead, 0), 'seconds', coalesce(${kind}.seconds, 0)::text)`;
const figures = (kind: string) =>
  ['jobs', 'succeeded', 'dead', 'seconds'].map((it) => `coalesce(${kind}.${it}, 0)`).join(', ');

/** Where generation $1 and the current one differ about a tenant ($2), on the days from $3. */
export const compare = statement<Difference>(
  'usage.compare',
  `SELECT $2::text AS tenant, day::text, type, ${sums('said')} AS projection, ${sums('due')} AS truth
  FROM (
    SELECT * FROM usage_current WHERE tenant = $2 AND day >= $3::date
  ) AS said FULL JOIN (
    SELECT * FROM usage_days WHERE generation = $1 AND tenant = $2 AND day >= $3::date
  ) AS due USING (day, type)
  WHERE (${figures('said')}) <> (${figures('due')})
  ORDER BY day, type`,
  ({ tenant }) => [2, tenant, '2026-10-01'],
);

/** Makes generation $1, which is complete, the current one. Not if the retention has meanwhile come to
 *  days that were counted. */
export const finish = statement<Ended>(
  'usage.finish_build',
  `UPDATE projections
  SET generation = building, building = NULL, built_to = NULL
  WHERE name = 'usage' AND building = $1 AND built_to = ${lastId} AND truth_from <= built_from
  RETURNING truth_from <= built_from AS valid`,
  () => [2],
);

/** Gives generation $1 up. */
export const abandon = statement<Ended>(
  'usage.abandon_build',
  `UPDATE projections SET building = NULL, built_to = NULL
  WHERE name = 'usage' AND building = $1 RETURNING truth_from <= built_from AS valid`,
  () => [2],
);

/** How many deltas wait, by the numbers of the first and the last. */
export const waiting = statement<{ deltas: number }>(
  'usage.waiting',
  'SELECT coalesce(max(id) - min(id) + 1, 0) AS deltas FROM usage_deltas',
);

/** Deletes a batch of the generations that nobody reads or builds. */
export const sweep = statement<{ count: number }>(
  'usage.sweep_generations',
  `WITH kept AS (
    SELECT generation, coalesce(building, 9223372036854775807) AS building
    FROM projections WHERE name = 'usage'
  ), old AS (
    DELETE FROM usage_days WHERE ctid = ANY (ARRAY(
      (SELECT ctid FROM usage_days WHERE generation < (SELECT generation FROM kept)
      ORDER BY generation LIMIT $1)
      UNION ALL
      (SELECT ctid FROM usage_days WHERE generation > (SELECT generation FROM kept)
        AND generation < (SELECT building FROM kept) ORDER BY generation LIMIT $1)
      LIMIT $1
    )) RETURNING 1
  )
  SELECT count(*)::int AS count FROM old`,
  () => [10],
);
