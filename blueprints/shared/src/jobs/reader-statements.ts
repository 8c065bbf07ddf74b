import { statement } from '../database/statement.ts';
import { type Job, type Stored, statuses } from './model.ts';

const columns = `id, tenant, type, status, failures, progress, event_seq, result, error, created_at,
  started_at, finished_at`;

export const findJob = statement<Job>(
  'jobs.find',
  `SELECT ${columns} FROM jobs WHERE id = $1 AND tenant = $2`,
  ({ ids, tenant }) => [ids[0], tenant],
);

/** Newest first: ids are in the order of their creation. Each status is a walk of its own through
 *  an index that starts with it, so a rare one costs what a common one does. */
const list = (filter: string, limit: string) => `
  SELECT ${columns} FROM jobs JOIN unnest(ARRAY(
    SELECT found.id FROM unnest($2::text[]) AS wanted (status), LATERAL (
      SELECT id FROM jobs WHERE tenant = $1 AND jobs.status = wanted.status ${filter} AND id < $3
      ORDER BY id DESC LIMIT ${limit}
    ) AS found ORDER BY found.id DESC LIMIT ${limit}
  )) AS picked (id) USING (id) ORDER BY id DESC`;

export const listJobs = statement<Job>('jobs.list', list('', '$4'), ({ tenant, ids }) => [
  tenant,
  statuses,
  ids[0],
  20,
]);

export const listJobsOfType = statement<Job>(
  'jobs.list_type',
  list('AND type = $4', '$5'),
  ({ tenant, ids }) => [tenant, statuses, ids[0], 'rare', 20],
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
