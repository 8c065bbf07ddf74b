import { statement } from '../database/statement.ts';

export interface Depths {
  /** In the outbox, also what is put off or for later. */
  due: number;
  published: number;
  active: number;
  /** Those that a free worker would take. */
  waiting: number;
  /** Those that were taken before and wait for a backoff, or for what they call to be well again. */
  put_off: number;
  /** Seconds that the oldest runnable job has waited; null when none waits. */
  oldest_s: number | null;
}

/** Each count reads its own partial index, which holds unfinished jobs only. */
export const depths = statement<Depths>(
  'ops.depths',
  `SELECT outbox.due, broker.published, outbox.put_off,
    outbox.runnable + broker.published AS waiting,
    (SELECT count(*) FROM jobs WHERE lease_until IS NOT NULL)::int AS active,
    extract(epoch FROM clock_timestamp() - least(outbox.oldest, broker.oldest))::float8 AS oldest_s
  FROM (
    SELECT count(*)::int AS due,
      (count(*) FILTER (WHERE due_at <= clock_timestamp()))::int AS runnable,
      (count(*) FILTER (WHERE due_at > clock_timestamp() AND started_at IS NOT NULL))::int AS put_off,
      min(due_at) FILTER (WHERE due_at <= clock_timestamp()) AS oldest
    FROM jobs WHERE due_at IS NOT NULL
  ) AS outbox, (
    SELECT count(*)::int AS published, min(published_at) AS oldest
    FROM jobs WHERE published_at IS NOT NULL
  ) AS broker`,
);

/** Jobs that were submitted in a span of ids, which are in the order of time. */
export const submitted = statement<{ count: number }>(
  'ops.submitted',
  'SELECT count(*)::int AS count FROM jobs WHERE id >= $1 AND id < $2',
  ({ ids }) => ids,
);
