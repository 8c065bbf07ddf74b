import { type Statement, statement } from '../database/statement.ts';
import { endAnnounced } from '../modules/announce.ts';
import type { ClaimedJob, Created, Failed, Job, Run } from './model.ts';

// The state machine of a job: every transition is one statement here. What a transport does to
// waiting runs stands with it. Invariants:
//  - `run` is the fence: it grows whenever the job is made runnable and never resets; what is
//    written about a run matches `id`, `run` and `status = 'active'`, or nothing is.
//  - `due_at` is set while a run waits to be published, `published_at` while it waits to be
//    claimed, `lease_until` while it is worked on: exactly one of them until the job is finished.
//  - `event_seq` is drawn in the UPDATE that locks the row, so events appear in its order. The first
//    event, that of the creation, is the row itself.
//  - Batches lock their rows by ascending id before they write, or skip what is locked: two
//    overlapping batches never wait for each other in a circle.
//  - Rows are found by their id, one by one (LATERAL … LIMIT 1, or a join with an array of ids): so
//    a statement touches the partitions that have them and no others, and its plan does not depend
//    on statistics, which nobody keeps for a partitioned table as a whole.

const now = 'clock_timestamp()';

/** The items of a batch of (id, run) whose row is in that state, locked in order. Needs a CTE
 *  `item`. */
const locked = (state: string, how = 'FOR UPDATE') => `
  locked AS (
    SELECT item.* FROM (SELECT * FROM item ORDER BY id) AS item, LATERAL (
      SELECT 1 FROM jobs WHERE id = item.id AND run = item.run AND ${state} LIMIT 1 ${how}
    ) AS held
  )`;

/** An event for each row of the CTE `changed`: what it was after the change. Named by the status
 *  unless told otherwise. */
export const events = (type = 'status') => `
  event AS (
    INSERT INTO job_events (job_id, seq, type, failures, progress, error)
    SELECT id, event_seq, ${type}, failures, progress,
      CASE WHEN status IN ('retrying', 'dead') THEN error - 'stack' END FROM changed
  )`;

/** What an end leaves besides its event: what was used, a row for each type and cohort of a batch, a
 *  delivery to those who asked for one, and what other services are told. All commit with it. */
const ended = `
  usage AS (
    INSERT INTO usage_deltas (tenant, day, type, cohort, jobs, succeeded, dead, seconds)
    SELECT tenant, (finished_at AT TIME ZONE 'UTC')::date, type, job_cohort(id), count(*),
      count(*) FILTER (WHERE status = 'succeeded'), count(*) FILTER (WHERE status = 'dead'),
      coalesce(sum(extract(epoch FROM finished_at - started_at)), 0)
    FROM changed WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3, 4
  ), delivery AS (
    INSERT INTO webhook_deliveries (job_id, run, tenant, type, url, job, due_at)
    SELECT id, run, tenant, 'job.' || status, webhook_url, to_jsonb(changed) - 'input', finished_at
    FROM changed WHERE finished_at IS NOT NULL AND webhook_url IS NOT NULL
  )${endAnnounced}`;

/** A waiting run becomes a worker's. `rows` has the ids, already locked. */
export const claiming = (lease: string, rows: string) => `
  changed AS (
    UPDATE jobs SET status = 'active', due_at = NULL, published_at = NULL,
      lease_until = ${now} + ${lease}::float8 * interval '1 second',
      started_at = coalesce(started_at, ${now}), event_seq = event_seq + 1
    FROM ${rows} WHERE jobs.id = picked.id RETURNING jobs.*
  ), ${events()}
  SELECT id, run, tenant, type, input, failures, max_attempts, traceparent FROM changed`;

interface Failing {
  /** CTEs before the update. */
  before?: string;
  /** What has their ids, already locked. */
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
      run = CASE WHEN ${last} THEN jobs.run ELSE jobs.run + 1 END,
      due_at = CASE WHEN NOT (${last}) THEN ${now} + random()
        * least(3600000, $1::float8 * 2 ^ least(failures, 30)) * interval '1 ms' END,
      finished_at = CASE WHEN ${last} THEN ${now} END,
      lease_until = NULL, error = ${error}, event_seq = event_seq + 1
    FROM ${rows} WHERE jobs.id = picked.id
    RETURNING jobs.*
  ),
  letter AS (
    INSERT INTO dead_letters (tenant, job_id, run, type, attempts, error, trace_id, died_at)
    SELECT tenant, id, run, type, failures, error, split_part(traceparent, '-', 2), finished_at
    FROM changed WHERE status = 'dead'
  ), ${ended}, ${events()}
  SELECT id, CASE status WHEN 'dead' THEN run ELSE run - 1 END AS run, type, status, failures,
    traceparent FROM changed`;

const batch: Statement['example'] = ({ ids, runs }) => [ids, runs];

/** A new job of each row, which has the columns in this order. Its row is its first event, too. */
const inserting = (rows: string) => `
  INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent, webhook_url, due_at)
  ${rows}
  RETURNING id, created_at`;

/** Makes a job of each row of the CTE `item`. A key that is already there wins: then none is made. */
export const creating = `
  won AS (
    INSERT INTO idempotency_keys (tenant, key, body_hash, job_id, expires_at)
    SELECT tenant, key, hash, id, ${now} + ttl_h * interval '1 hour' FROM item
    WHERE key IS NOT NULL ORDER BY tenant, key
    ON CONFLICT (tenant, key) DO NOTHING RETURNING job_id
  ), changed AS (${inserting(`
    SELECT id, tenant, type, input, priority, max_attempts, traceparent, webhook_url,
      ${now} + delay_ms * interval '1 ms' FROM item
    WHERE key IS NULL OR id IN (SELECT job_id FROM won)`)}
  )`;

export const create = statement<Created>(
  'jobs.create',
  `WITH item AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::smallint[],
      $6::smallint[], $7::text[], $8::text[], $9::float8[], $10::text[], $11::bytea[], $12::float8[])
    AS i (id, tenant, type, input, priority, max_attempts, traceparent, webhook_url, delay_ms,
      key, hash, ttl_h)
  ), ${creating}
  SELECT id, created_at FROM changed`,
  ({ tenant }) => [
    ['00000000-0000-7000-8000-000000000000'],
    [tenant],
    ['summarize'],
    ['{}'],
    [2],
    [5],
    ['00-0-0-00'],
    [null],
    [0],
    ['a key'],
    [Buffer.alloc(32)],
    [24],
  ],
);

/** The same for one job without a key, as most are on a quiet service: to unpack no arrays and
 *  look for no key saves Postgres a fifth. */
export const createOne = statement<Created>(
  'jobs.create_one',
  inserting(`
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, ${now} + $9::float8 * interval '1 ms')`),
  ({ tenant }) => [
    '00000000-0000-7000-8000-000000000000',
    tenant,
    'summarize',
    '{}',
    2,
    5,
    '00-0-0-00',
    null,
    0,
  ],
);

export const claim = statement<ClaimedJob>(
  'jobs.claim',
  `WITH item AS (SELECT * FROM unnest($1::uuid[], $2::int[]) AS i (id, run)),
  ${locked("status IN ('queued', 'retrying')")},
  ${claiming('$3', 'locked AS picked')}`,
  (seed) => [...batch(seed), 30],
);

export const finish = statement<Run>(
  'jobs.finish',
  `WITH item AS (SELECT * FROM unnest($1::uuid[], $2::int[], $3::jsonb[]) AS i (id, run, result)),
  ${locked("status = 'active'")},
  changed AS (
    UPDATE jobs SET status = 'succeeded', progress = 100, result = locked.result, error = NULL,
      lease_until = NULL, finished_at = ${now}, event_seq = event_seq + 1
    FROM locked WHERE jobs.id = locked.id
    RETURNING jobs.*
  ), ${ended}, ${events()}
  SELECT id, run FROM changed`,
  (seed) => [...batch(seed), seed.ids.map(() => '{}')],
);

export const fail = statement<Failed>(
  'jobs.fail',
  failed({
    before: `
      item AS (
        SELECT * FROM unnest($2::uuid[], $3::int[], $4::boolean[], $5::jsonb[])
        AS i (id, run, permanent, error)
      ),
      ${locked("status = 'active'")},`,
    rows: 'locked AS picked',
    error: 'picked.error',
    last: 'permanent OR failures + 1 >= max_attempts',
  }),
  (seed) => [1000, ...batch(seed), seed.ids.map(() => true), seed.ids.map(() => '{}')],
);

/** Leases that ran out, whoever held them. $2 the error, $3 how many. */
export const expire = statement<Failed>(
  'jobs.expire',
  failed({
    rows: `unnest(ARRAY(
      SELECT id FROM jobs WHERE lease_until < (SELECT ${now})
      ORDER BY lease_until LIMIT $3 FOR UPDATE SKIP LOCKED
    )) AS picked (id)`,
    error: '$2::jsonb',
    last: 'failures + 1 >= max_attempts',
  }),
  () => [1000, '{}', 2],
);

/** At once, or after a delay. */
export const handBack = statement<Run>(
  'jobs.hand_back',
  `WITH item AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::float8[]) AS i (id, run, delay_ms)
  ),
  ${locked("status = 'active'")},
  changed AS (
    UPDATE jobs SET status = CASE failures WHEN 0 THEN 'queued' ELSE 'retrying' END,
      run = jobs.run + 1, due_at = ${now} + delay_ms * interval '1 ms', lease_until = NULL,
      event_seq = event_seq + 1
    FROM locked WHERE jobs.id = locked.id RETURNING jobs.*
  ), ${events()}
  SELECT id, run - 1 AS run FROM changed`,
  (seed) => [...batch(seed), seed.ids.map(() => 0)],
);

export const progress = statement<{ id: string }>(
  'jobs.progress',
  `WITH changed AS (
    UPDATE jobs SET progress = $3, event_seq = event_seq + 1
    WHERE id = $1 AND run = $2 AND status = 'active' AND progress <> $3
    RETURNING id, status, failures, progress, error, event_seq
  ), ${events("'progress'")}
  SELECT id FROM changed`,
  ({ ids, runs }) => [ids[0], runs[0], 50],
);

export const cancel = statement<Job>(
  'jobs.cancel',
  `WITH changed AS (
    UPDATE jobs SET status = 'cancelled', due_at = NULL, published_at = NULL, lease_until = NULL,
      finished_at = ${now}, event_seq = event_seq + 1
    WHERE id = $1 AND tenant = $2 AND status IN ('queued', 'active', 'retrying') RETURNING *
  ), ${ended}, ${events()}
  SELECT * FROM changed`,
  ({ ids, tenant }) => [ids[0], tenant],
);

/** A dead letter is replayed once. The job that it left starts over, and what its death counted is
 *  taken back; the webhook that it left is due again, also if its URL was gone, and the job stays
 *  as it is. A NULL tenant is any. */
export const replay = statement<Job>(
  'jobs.replay',
  `WITH letter AS (
    UPDATE dead_letters SET replayed_at = ${now}
    WHERE id = $1 AND tenant = coalesce($2, tenant) AND replayed_at IS NULL
    RETURNING job_id, run, delivery_id
  ), old AS (
    SELECT jobs.* FROM jobs JOIN letter ON jobs.id = letter.job_id AND jobs.run = letter.run
    WHERE delivery_id IS NULL AND status = 'dead' FOR UPDATE OF jobs
  ), usage AS (
    INSERT INTO usage_deltas (tenant, day, type, cohort, jobs, succeeded, dead, seconds)
    SELECT tenant, (finished_at AT TIME ZONE 'UTC')::date, type, job_cohort(id), -1, 0, -1,
      coalesce(extract(epoch FROM started_at - finished_at), 0) FROM old
  ), changed AS (
    UPDATE jobs SET status = 'queued', run = jobs.run + 1, failures = 0, progress = 0,
      due_at = ${now}, error = NULL, started_at = NULL, finished_at = NULL,
      event_seq = jobs.event_seq + 1
    FROM old WHERE jobs.id = old.id
    RETURNING jobs.*
  ), delivery AS (
    UPDATE webhook_deliveries AS d SET due_at = ${now}, attempts = 0
    FROM letter WHERE d.id = letter.delivery_id RETURNING d.job_id, d.tenant, d.url
  ), gone AS (
    DELETE FROM webhook_gone AS g USING delivery AS d WHERE g.tenant = d.tenant AND g.url = d.url
  ), ${events()}
  SELECT * FROM changed
  UNION ALL SELECT jobs.* FROM jobs JOIN delivery ON jobs.id = delivery.job_id`,
  ({ letter, tenant }) => [letter, tenant],
);

export const renewLeases = statement(
  'jobs.renew_leases',
  `WITH item AS (SELECT * FROM unnest($1::uuid[], $2::int[]) AS i (id, run)),
  ${locked("status = 'active'", 'FOR UPDATE SKIP LOCKED')}
  UPDATE jobs SET lease_until = ${now} + $3::float8 * interval '1 second'
  FROM locked WHERE jobs.id = locked.id`,
  (seed) => [...batch(seed), 30],
);

export const heldLeases = statement<{ id: string }>(
  'jobs.held_leases',
  `SELECT item.id FROM unnest($1::uuid[], $2::int[]) AS item (id, run), LATERAL (
    SELECT 1 FROM jobs WHERE id = item.id AND run = item.run AND status = 'active' LIMIT 1
  ) AS held`,
  batch,
);
