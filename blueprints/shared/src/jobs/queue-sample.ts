import type pg from 'pg';
import { query } from '../database/query.ts';
import { firstIdAt } from './retention.ts';

/** What is counted of the queue at one moment. */
export interface QueueSample {
  /** In the outbox, also for later. */
  due: number;
  /** In the broker. */
  published: number;
  active: number;
  /** Those that a free worker would take. */
  waiting: number;
  /** Those that were taken before and wait for a backoff, or for what they call to be well again. */
  put_off: number;
  /** How long the oldest runnable one has waited. */
  oldest_s: number | null;
  /** Submitted in the span of time that was asked for. */
  created: number;
}

/** Each count reads its own partial index, which holds unfinished jobs only, or a span of the primary
 *  key: ids are in the order of their creation. */
const counts = `
  SELECT outbox.due, broker.published, outbox.runnable + broker.published AS waiting,
    outbox.put_off,
    (SELECT count(*) FROM jobs WHERE lease_until IS NOT NULL)::int AS active,
    (SELECT count(*) FROM jobs WHERE id >= $1::uuid AND id < $2::uuid)::int AS created,
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
  ) AS broker`;

/** The queue now, with what was created from one moment to before the other. */
export async function sampleQueue(
  pool: pg.Pool,
  from = new Date(),
  to = from,
): Promise<QueueSample> {
  const values = [firstIdAt(from), firstIdAt(to)];
  const [sample] = await query<QueueSample & pg.QueryResultRow>(pool, counts, values);
  return sample as QueueSample;
}
