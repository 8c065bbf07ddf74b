import { statement } from '../database/statement.ts';
import { type Job, type Stored, statuses } from './model.ts';

const columns = `id, tenant, type, status, failures, progress, event_seq, result, error, created_at,
  started_at, finished_at`;

export const findJob = statement<Job>(
  'jobs.find',
  `SELECT ${columns} FROM jobs WHERE id = $1 AND tenant = $2`,
  ({ ids, tenant }) => [ids[0], tenant],
);

/** Newest first: ids are in the order of their creation. Each type and status is a walk of its own
 *  through an index that starts with them, so a rare one costs what a common one does. Needs a CTE
 *  `wanted` of types. */
const list = `
  SELECT ${columns} FROM jobs JOIN unnest(ARRAY(
    SELECT found.id FROM wanted, unnest($2::text[]) AS s (status), LATERAL (
      SELECT id FROM jobs
      WHERE tenant = $1 AND type = wanted.type AND jobs.status = s.status AND id < $3
      ORDER BY id DESC LIMIT $4
    ) AS found ORDER BY found.id DESC LIMIT $4
  )) AS picked (id) USING (id) ORDER BY id DESC`;

/** The types that a tenant has jobs of, each by one step through the same index: also such as no
 *  release knows any more. */
const nextType = (after: string) =>
  `SELECT type FROM jobs WHERE tenant = $1 ${after} ORDER BY type LIMIT 1`;

export const listJobs = statement<Job>(
  'jobs.list',
  `WITH RECURSIVE wanted AS (
    (${nextType('')})
    UNION ALL
    SELECT following.type FROM wanted, LATERAL (
      ${nextType('AND type > wanted.type')}
    ) AS following
  ) ${list}`,
  ({ tenant, ids }) => [tenant, statuses, ids[0], 20],
);

export const listJobsOfType = statement<Job>(
  'jobs.list_type',
  `WITH wanted AS (SELECT $5::text AS type) ${list}`,
  ({ tenant, ids }) => [tenant, statuses, ids[0], 20, 'rare'],
);

/** The job that a key was first used for, unless the key has expired. */
export const findByKey = statement<Stored>(
  'jobs.find_by_key',
  `SELECT k.body_hash, j.id, j.type, j.created_at
  FROM idempotency_keys AS k JOIN jobs AS j ON j.id = k.job_id
  WHERE k.tenant = $1 AND k.key = $2 AND k.expires_at > clock_timestamp()`,
  ({ tenant }) => [tenant, 'a key'],
);

export const forgetExpiredKey = statement(
  'jobs.forget_key',
  `DELETE FROM idempotency_keys
  WHERE tenant = $1 AND key = $2 AND expires_at <= clock_timestamp()`,
  ({ tenant }) => [tenant, 'a key'],
);
