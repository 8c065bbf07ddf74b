// The state machine of a job, whole: every transition is one statement here, and nothing else
// writes to `jobs`. Invariants:
//  - `run` is the fence: it grows whenever the job is made runnable and never resets; what is
//    written about a run matches `id`, `run` and `status = 'active'`, or nothing is.
//  - `due_at` is set while a run waits to be published, `published_at` while it waits to be
//    claimed, `lease_until` while it is worked on: exactly one of them until the job is finished.
//  - `event_seq` is drawn in the UPDATE that locks the row, so events appear in its order.
//  - Batches lock their rows by ascending id before they write, or skip what is locked: two
//    overlapping batches never wait for each other in a circle.

const now = 'clock_timestamp()';

/** The rows that a batch of (id, run) still holds, locked in order. Needs a CTE `item`. */
const locked = (state: string, more = '') => `
  locked AS (
    SELECT jobs.id ${more} FROM jobs JOIN item USING (id, run) WHERE ${state}
    ORDER BY jobs.id FOR UPDATE OF jobs
  )`;

/** An event for each row of the CTE `changed`. Named by the status unless told otherwise. */
const events = (type = 'status', data = 'NULL') => `
  event AS (
    INSERT INTO job_events (job_id, seq, type, data)
    SELECT id, event_seq, ${type}, (${data})::jsonb FROM changed
  )`;

interface Failing {
  /** CTEs before the update. */
  before?: string;
  /** Which rows, already locked. */
  rows: string;
  error: string;
  /** Whether this failure is the last. */
  last: string;
}

/** A run that failed goes to its backoff (exponential, full jitter, at most an hour) or, when it
 *  was the last attempt or the error is permanent, to the dead letters. $1 is the backoff's base. */
const failed = ({ before = '', rows, error, last }: Failing) => `
  WITH ${before}
  changed AS (
    UPDATE jobs SET
      failures = failures + 1,
      status = CASE WHEN ${last} THEN 'dead' ELSE 'retrying' END,
      run = CASE WHEN ${last} THEN run ELSE run + 1 END,
      due_at = CASE WHEN NOT (${last}) THEN ${now} + random()
        * least(3600000, $1::float8 * 2 ^ least(failures, 30)) * interval '1 ms' END,
      finished_at = CASE WHEN ${last} THEN ${now} END,
      lease_until = NULL, error = ${error}, event_seq = event_seq + 1
    ${rows}
    RETURNING jobs.*
  ),
  letter AS (
    INSERT INTO dead_letters (tenant, job_id, run, type, attempts, error, trace_id, died_at)
    SELECT tenant, id, run, type, failures, error, split_part(traceparent, '-', 2), finished_at
    FROM changed WHERE status = 'dead'
  ), ${events('status', "error - 'stack'")}
  SELECT id, type, status, failures, traceparent FROM changed`;

export const statements = {
  /** A key that is already there wins: then neither job nor event is written. */
  create: `
    WITH item AS (
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::smallint[],
        $6::smallint[], $7::float8[], $8::text[], $9::text[], $10::bytea[], $11::float8[])
      AS i (id, tenant, type, input, priority, max_attempts, delay_ms, traceparent, key, hash, ttl_h)
    ), won AS (
      INSERT INTO idempotency_keys (tenant, key, body_hash, job_id, expires_at)
      SELECT tenant, key, hash, id, ${now} + ttl_h * interval '1 hour' FROM item
      WHERE key IS NOT NULL ORDER BY tenant, key
      ON CONFLICT (tenant, key) DO NOTHING RETURNING job_id
    ), changed AS (
      INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent, due_at)
      SELECT id, tenant, type, input, priority, max_attempts, traceparent,
        ${now} + delay_ms * interval '1 ms' FROM item
      WHERE key IS NULL OR id IN (SELECT job_id FROM won)
      RETURNING id, status, event_seq, created_at
    ), ${events()}
    SELECT id, created_at FROM changed`,

  claim: `
    WITH item AS (SELECT * FROM unnest($1::uuid[], $2::int[]) AS i (id, run)),
    ${locked("status IN ('queued', 'retrying')")},
    changed AS (
      UPDATE jobs SET status = 'active', due_at = NULL, published_at = NULL,
        lease_until = ${now} + $3::float8 * interval '1 second',
        started_at = coalesce(started_at, ${now}), event_seq = event_seq + 1
      WHERE id IN (SELECT id FROM locked) RETURNING *
    ), ${events()}
    SELECT id, run, tenant, type, input, failures, max_attempts, traceparent FROM changed`,

  finish: `
    WITH item AS (SELECT * FROM unnest($1::uuid[], $2::int[], $3::jsonb[]) AS i (id, run, result)),
    ${locked("status = 'active'")},
    changed AS (
      UPDATE jobs SET status = 'succeeded', progress = 100, result = item.result, error = NULL,
        lease_until = NULL, finished_at = ${now}, event_seq = event_seq + 1
      FROM item WHERE jobs.id = item.id AND jobs.id IN (SELECT id FROM locked)
      RETURNING jobs.id, status, event_seq
    ), ${events()}
    SELECT id FROM changed`,

  fail: failed({
    before: `
      item AS (
        SELECT * FROM unnest($2::uuid[], $3::int[], $4::boolean[], $5::jsonb[])
        AS i (id, run, permanent, error)
      ),
      ${locked("status = 'active'", ', item.permanent, item.error')},`,
    rows: 'FROM locked WHERE jobs.id = locked.id',
    error: 'locked.error',
    last: 'permanent OR failures + 1 >= max_attempts',
  }),

  /** Leases that ran out, whoever held them. $2 the error, $3 how many. */
  expire: failed({
    rows: `
      WHERE id = ANY (ARRAY(
        SELECT id FROM jobs WHERE lease_until < (SELECT ${now})
        ORDER BY lease_until LIMIT $3 FOR UPDATE SKIP LOCKED
      ))`,
    error: '$2::jsonb',
    last: 'failures + 1 >= max_attempts',
  }),

  handBack: `
    WITH item AS (
      SELECT * FROM unnest($1::uuid[], $2::int[], $3::float8[]) AS i (id, run, delay_ms)
    ),
    ${locked("status = 'active'", ', item.delay_ms')},
    changed AS (
      UPDATE jobs SET status = CASE failures WHEN 0 THEN 'queued' ELSE 'retrying' END,
        run = run + 1, due_at = ${now} + delay_ms * interval '1 ms', lease_until = NULL,
        event_seq = event_seq + 1
      FROM locked WHERE jobs.id = locked.id RETURNING jobs.*
    ), ${events()}
    SELECT id FROM changed`,

  progress: `
    WITH changed AS (
      UPDATE jobs SET progress = $3, event_seq = event_seq + 1
      WHERE id = $1 AND run = $2 AND status = 'active' AND progress <> $3
      RETURNING id, event_seq, progress
    ), ${events("'progress'", "jsonb_build_object('progress', progress)")}
    SELECT id FROM changed`,

  cancel: `
    WITH changed AS (
      UPDATE jobs SET status = 'cancelled', due_at = NULL, published_at = NULL, lease_until = NULL,
        finished_at = ${now}, event_seq = event_seq + 1
      WHERE id = $1 AND tenant = $2 AND status IN ('queued', 'active', 'retrying') RETURNING *
    ), ${events()}
    SELECT * FROM changed`,

  /** A dead letter is replayed once; the job that it left starts over. A NULL tenant is any. */
  replay: `
    WITH letter AS (
      UPDATE dead_letters SET replayed_at = ${now}
      WHERE id = $1 AND tenant = coalesce($2, tenant) AND replayed_at IS NULL RETURNING job_id, run
    ), changed AS (
      UPDATE jobs SET status = 'queued', run = jobs.run + 1, failures = 0, progress = 0,
        due_at = ${now}, error = NULL, started_at = NULL, finished_at = NULL,
        event_seq = event_seq + 1
      FROM letter WHERE jobs.id = letter.job_id AND jobs.run = letter.run AND status = 'dead'
      RETURNING jobs.*
    ), ${events()}
    SELECT * FROM changed`,

  renewLeases: `
    WITH held AS (
      SELECT jobs.id FROM jobs JOIN unnest($1::uuid[], $2::int[]) AS i (id, run) USING (id, run)
      WHERE status = 'active' FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE jobs SET lease_until = ${now} + $3::float8 * interval '1 second'
    WHERE id IN (SELECT id FROM held)`,

  heldLeases: `
    SELECT id FROM jobs JOIN unnest($1::uuid[], $2::int[]) AS i (id, run) USING (id, run)
    WHERE status = 'active'`,
};
