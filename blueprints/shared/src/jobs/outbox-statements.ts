// The way of a run from the outbox (its row) to the broker, and back when the broker loses it.

const now = 'clock_timestamp()';

export const outboxStatements = {
  /** Takes due runs, by priority. They are marked before they are published: whoever dies in
   *  between leaves a run that the broker does not have, and those are found. */
  take: `
    UPDATE jobs SET due_at = NULL, published_at = ${now}
    WHERE id = ANY (ARRAY(
      SELECT due.id FROM unnest('{1,2,3}'::smallint[]) AS p (priority), LATERAL (
        SELECT id FROM jobs WHERE priority = p.priority AND due_at <= (SELECT ${now})
        ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
      ) AS due LIMIT $1
    ))
    RETURNING id, run, priority, traceparent`,

  /** Puts runs that the broker does not have back into the outbox. */
  putBack: `
    UPDATE jobs SET due_at = ${now}, published_at = NULL
    WHERE id = ANY (ARRAY(
      SELECT id FROM jobs JOIN unnest($1::uuid[], $2::int[]) AS i (id, run) USING (id, run)
      WHERE published_at IS NOT NULL FOR UPDATE OF jobs SKIP LOCKED
    ))`,

  /** The next published runs after a place in their order, older than $3 seconds. */
  unclaimed: `
    SELECT id, run, published_at FROM jobs
    WHERE (published_at, id) > ($1::timestamptz, $2::uuid)
      AND published_at < (SELECT ${now}) - $3::float8 * interval '1 second'
    ORDER BY published_at, id LIMIT $4`,

  /** All that was published until a moment, when the queue itself is gone. */
  putBackAll: `
    UPDATE jobs SET due_at = ${now}, published_at = NULL
    WHERE id = ANY (ARRAY(
      SELECT id FROM jobs WHERE published_at <= $1 ORDER BY published_at LIMIT $2
      FOR UPDATE SKIP LOCKED
    )) RETURNING id`,

  epoch: `SELECT epoch, ${now} AS now FROM queue_epochs WHERE queue = $1`,
  setEpoch: `
    INSERT INTO queue_epochs (queue, epoch) VALUES ($1, $2)
    ON CONFLICT (queue) DO UPDATE SET epoch = excluded.epoch`,
};

export const retentionStatements = {
  /** Finished jobs with all that belongs to them. Their ids are in the order of their creation, so
   *  the primary key finds the old ones. */
  purgeJobs: `
    WITH old AS (
      DELETE FROM jobs WHERE id = ANY (ARRAY(
        SELECT id FROM jobs WHERE id < $1 AND finished_at < $2 ORDER BY id LIMIT $3
        FOR UPDATE SKIP LOCKED
      )) RETURNING id
    ), event AS (DELETE FROM job_events WHERE job_id IN (SELECT id FROM old)),
    letter AS (DELETE FROM dead_letters WHERE job_id IN (SELECT id FROM old))
    SELECT count(*)::int AS count FROM old`,

  purgeKeys: `
    WITH old AS (
      DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM idempotency_keys WHERE expires_at < (SELECT ${now})
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
      )) RETURNING 1
    )
    SELECT count(*)::int AS count FROM old`,
};
