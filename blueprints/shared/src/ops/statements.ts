import { statement } from '../database/statement.ts';

export interface Depths {
  due: number;
  published: number;
  active: number;
  /** Seconds that the oldest runnable job has waited; null when none waits. */
  oldest_s: number | null;
}

/** Each count reads its own partial index, which holds unfinished jobs only. */
export const depths = statement<Depths>(
  'ops.depths',
  `SELECT
    (SELECT count(*) FROM jobs WHERE due_at IS NOT NULL)::int AS due,
    (SELECT count(*) FROM jobs WHERE published_at IS NOT NULL)::int AS published,
    (SELECT count(*) FROM jobs WHERE lease_until IS NOT NULL)::int AS active,
    extract(epoch FROM clock_timestamp() - least(
      (SELECT min(due_at) FROM jobs WHERE due_at <= (SELECT clock_timestamp())),
      (SELECT min(published_at) FROM jobs WHERE published_at IS NOT NULL)
    ))::float8 AS oldest_s`,
);
