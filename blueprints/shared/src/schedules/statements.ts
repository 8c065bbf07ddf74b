import { statement } from '../database/statement.ts';
import { creating } from '../jobs/statements.ts';
import type { Due, Schedule, Ticked } from './model.ts';

// A schedule's next tick is `next_due_at`, which is also its fence: who makes the job of a tick moves
// it in the same statement, and does neither if it is another by then. The tick's instant is in the
// job's idempotency key, so that a schedule that was removed and added again, or a clock that was set
// back, makes no second job of a tick either. No client can send such a key: it has a space.
// `last_job_id` is the job of the last tick that made one: while it waits, it stands for further ticks.
// A schedule's input never changes, so theirs would be the same.

const now = `date_trunc('milliseconds', clock_timestamp())`;
const columns = `tenant, name, type, input, cron, time_zone, every_s, created_at, next_due_at,
  last_tick_at`;

/** What becomes a job: the schedules of the CTE `picked`, with what their jobs get besides. */
const item = `
  item AS (
    SELECT job_id AS id, tenant, type, input, 2::smallint AS priority, max_attempts,
      0 AS delay_ms, traceparent, NULL::text AS webhook_url, key, ''::bytea AS hash, ttl_h
    FROM picked
  )`;

/** Those that are due, of the types that the asking worker knows, the longest due first. */
export const dueSchedules = statement<Due>(
  'schedules.due',
  `SELECT tenant, name, type, cron, time_zone, every_s, created_at, next_due_at, ${now} AS now
  FROM schedules WHERE next_due_at <= (SELECT clock_timestamp()) AND type = ANY ($1)
  ORDER BY next_due_at LIMIT $2`,
  () => [['summarize'], 10],
);

/** Moves schedules on and makes the jobs of their ticks, but of those whose job before still waits;
 *  neither of those that another worker has taken or is taking. */
export const takeTicks = statement<Ticked>(
  'schedules.take',
  `WITH moving AS (
    SELECT i.*, held.*, waiting.id AS waiting_id, format('schedule %s %s', i.name, to_char(
      i.tick AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS key, $8::float8 AS ttl_h
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::uuid[],
      $6::smallint[], $7::text[])
    AS i (tenant, name, tick, next, job_id, max_attempts, traceparent), LATERAL (
      SELECT type, input, last_job_id FROM schedules
      WHERE tenant = i.tenant AND name = i.name AND next_due_at = i.tick
      LIMIT 1 FOR UPDATE SKIP LOCKED
    ) AS held LEFT JOIN LATERAL (
      SELECT id FROM jobs WHERE id = held.last_job_id AND status IN ('queued', 'retrying') LIMIT 1
    ) AS waiting ON true
  ), picked AS (
    SELECT * FROM moving WHERE waiting_id IS NULL
  ), ${item}, ${creating}, moved AS (
    UPDATE schedules AS s SET next_due_at = moving.next, last_tick_at = moving.tick,
      last_job_id = coalesce(changed.id, moving.last_job_id)
    FROM moving LEFT JOIN changed ON changed.id = moving.job_id
    WHERE s.tenant = moving.tenant AND s.name = moving.name
  )
  SELECT changed.id, waiting_id, tenant, name, type, traceparent,
    extract(epoch FROM clock_timestamp() - tick)::float8 AS late_s
  FROM moving LEFT JOIN changed ON changed.id = moving.job_id`,
  ({ tenant, moment }) => [
    [tenant],
    ['schedule 13'],
    [moment],
    [moment],
    ['00000000-0000-7000-8000-000000000000'],
    [5],
    ['00-0-0-00'],
    24,
  ],
);

/** A job now, besides the ticks. */
export const runNow = statement<{ id: string }>(
  'schedules.run',
  `WITH picked AS (
    SELECT type, input, tenant, $3::uuid AS job_id, $4::smallint AS max_attempts,
      $5::text AS traceparent, NULL::text AS key, NULL::float8 AS ttl_h
    FROM schedules WHERE tenant = $1 AND name = $2
  ), ${item}, ${creating}
  SELECT id FROM changed`,
  ({ tenant }) => [tenant, 'schedule 13', '00000000-0000-7000-8000-000000000000', 5, '00-0-0-00'],
);

/** The database's clock, which all ticks are by. Never ahead of itself, as rounding would be. */
export const clock = statement<{ now: Date }>('schedules.clock', `SELECT ${now} AS now`);

export const addSchedule = statement<{ name: string }>(
  'schedules.add',
  `INSERT INTO schedules
    (tenant, name, type, input, cron, time_zone, every_s, created_at, next_due_at)
  VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9)
  ON CONFLICT (tenant, name) DO NOTHING RETURNING name`,
  ({ tenant, moment }) => [tenant, 'a new one', 'summarize', '{}', null, null, 60, moment, moment],
);

export const findSchedule = statement<Schedule>(
  'schedules.find',
  `SELECT ${columns} FROM schedules WHERE tenant = $1 AND name = $2`,
  ({ tenant }) => [tenant, 'schedule 13'],
);

/** In the order of tenants and names, after one of them. */
export const listSchedules = statement<Schedule>(
  'schedules.list',
  `SELECT ${columns} FROM schedules WHERE (tenant, name) > ($1, $2)
  ORDER BY tenant, name LIMIT $3`,
  ({ tenant }) => [tenant, '', 20],
);

export const removeSchedule = statement<{ name: string }>(
  'schedules.remove',
  'DELETE FROM schedules WHERE tenant = $1 AND name = $2 RETURNING name',
  ({ tenant }) => [tenant, 'schedule 13'],
);

export const pauseSchedule = statement<{ name: string }>(
  'schedules.pause',
  `UPDATE schedules SET next_due_at = NULL
  WHERE tenant = $1 AND name = $2 AND next_due_at IS NOT NULL RETURNING name`,
  ({ tenant }) => [tenant, 'schedule 13'],
);

export const resumeSchedule = statement<{ name: string }>(
  'schedules.resume',
  `UPDATE schedules SET next_due_at = $3
  WHERE tenant = $1 AND name = $2 AND next_due_at IS NULL RETURNING name`,
  ({ tenant, moment }) => [tenant, 'schedule 13', moment],
);

/** How long the oldest due schedule has waited, in seconds; null or below 0 when none is due. */
export const oldestDueSchedule = statement<{ oldest_s: number | null }>(
  'schedules.oldest_due',
  `SELECT extract(epoch FROM clock_timestamp() - min(next_due_at))::float8 AS oldest_s
  FROM schedules WHERE next_due_at IS NOT NULL`,
);
