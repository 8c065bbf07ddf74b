import { statement } from '../../database/statement.ts';
import type { ClaimedJob } from '../model.ts';
import { claiming } from '../statements.ts';

/** Claims due jobs straight from their table, by priority. $1 how many, $2 the lease in seconds. */
export const claimDue = statement<ClaimedJob>(
  'jobs.claim_due',
  `WITH ${claiming(
    '$2',
    `unnest(ARRAY(
      SELECT due.id FROM unnest('{1,2,3}'::smallint[]) AS p (priority), LATERAL (
        SELECT id FROM jobs WHERE priority = p.priority AND due_at <= (SELECT clock_timestamp())
        ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
      ) AS due LIMIT $1
    )) AS picked (id)`,
  )}`,
  () => [2, 30],
);

/** Runs that were published to a broker, before the service did without one. */
export const withdrawPublished = statement<{ id: string }>(
  'jobs.withdraw',
  `UPDATE jobs SET due_at = clock_timestamp(), published_at = NULL
  FROM unnest(ARRAY(
    SELECT id FROM jobs WHERE published_at IS NOT NULL ORDER BY published_at LIMIT $1
    FOR UPDATE SKIP LOCKED
  )) AS picked (id) WHERE jobs.id = picked.id RETURNING jobs.id`,
  () => [2],
);
