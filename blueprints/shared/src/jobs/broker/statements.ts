import { statement } from '../../database/statement.ts';
import type { Message, Run } from '../model.ts';

// The way of a waiting run from the outbox (its row) to the broker, and back when the broker loses
// it. The job's state is the same all the way.

const now = 'clock_timestamp()';

interface Unclaimed extends Run {
  published_at: Date;
}

/** Takes due runs, by priority. They are marked before they are published: whoever dies in
 *  between leaves a run that the broker does not have, and those are found. */
export const take = statement<Message>(
  'outbox.take',
  `UPDATE jobs SET due_at = NULL, published_at = ${now}
    FROM unnest(ARRAY(
      SELECT due.id FROM unnest('{1,2,3}'::smallint[]) AS p (priority), LATERAL (
        SELECT id FROM jobs WHERE priority = p.priority AND due_at <= (SELECT ${now})
        ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
      ) AS due LIMIT $1
    )) AS picked (id) WHERE jobs.id = picked.id
    RETURNING jobs.id, run, priority, traceparent`,
  () => [2],
);

/** Puts runs that the broker does not have back into the outbox. */
export const putBack = statement<{ id: string }>(
  'outbox.put_back',
  `UPDATE jobs SET due_at = ${now}, published_at = NULL
    FROM unnest(ARRAY(
      SELECT item.id FROM unnest($1::uuid[], $2::int[]) AS item (id, run), LATERAL (
        SELECT 1 FROM jobs WHERE id = item.id AND run = item.run AND published_at IS NOT NULL
        LIMIT 1 FOR UPDATE SKIP LOCKED
      ) AS held
    )) AS picked (id) WHERE jobs.id = picked.id`,
  ({ ids, runs }) => [ids, runs],
);

/** The next published runs after a place in their order, older than $3 seconds. */
export const unclaimed = statement<Unclaimed>(
  'outbox.unclaimed',
  `SELECT id, run, published_at FROM jobs
    WHERE (published_at, id) > ($1::timestamptz, $2::uuid)
      AND published_at < (SELECT ${now}) - $3::float8 * interval '1 second'
    ORDER BY published_at, id LIMIT $4`,
  ({ moment, ids }) => [moment, ids[0], 3, 10],
);

/** All that was published until a moment, when the queue itself is gone. */
export const putBackAll = statement<{ id: string }>(
  'outbox.put_back_all',
  `UPDATE jobs SET due_at = ${now}, published_at = NULL
    FROM unnest(ARRAY(
      SELECT id FROM jobs WHERE published_at <= $1 ORDER BY published_at LIMIT $2
      FOR UPDATE SKIP LOCKED
    )) AS picked (id) WHERE jobs.id = picked.id RETURNING jobs.id`,
  ({ moment }) => [moment, 2],
);

export const epoch = statement<{ epoch: string; now: Date }>(
  'outbox.epoch',
  `SELECT epoch, ${now} AS now FROM queue_epochs WHERE queue = $1`,
  () => ['queue'],
);

export const setEpoch = statement<object>(
  'outbox.set_epoch',
  `INSERT INTO queue_epochs (queue, epoch) VALUES ($1, $2)
    ON CONFLICT (queue) DO UPDATE SET epoch = excluded.epoch`,
  () => ['queue', 'epoch'],
);
