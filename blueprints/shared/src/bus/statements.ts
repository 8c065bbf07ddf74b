import { statement } from '../database/statement.ts';
import type { DomainEvent } from './message.ts';

// An event waits until `due_at`. Whoever takes it pushes that beyond the time that RabbitMQ has to
// confirm it; once it has, the row goes, whoever has taken it meanwhile.

const now = 'clock_timestamp()';

/** $1 how many, $2 for how many ms; $3 bytes as Postgres stores them, of which the last event may
 *  pass the end. */
export const take = statement<DomainEvent>(
  'bus.take',
  `WITH due AS (
    SELECT id, due_at, pg_column_size(data) AS bytes FROM domain_events
    WHERE due_at <= (SELECT ${now}) ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
  ), fitting AS (
    SELECT id, sum(bytes) OVER (ORDER BY due_at, id) - bytes AS bytes_before FROM due
  )
  UPDATE domain_events SET due_at = ${now} + $2::float8 * interval '1 ms', attempts = attempts + 1
  WHERE id = ANY (ARRAY(SELECT id FROM fitting WHERE bytes_before < $3))
  RETURNING id, type, tenant, data, traceparent, created_at`,
  () => [2, 10_000, 1_000_000],
);

export const confirm = statement(
  'bus.confirm',
  'DELETE FROM domain_events WHERE id = ANY ($1::uuid[])',
  ({ ids }) => [ids],
);

/** Due again after a backoff: exponential, full jitter. $2 its base and $3 its most in ms. */
export const putBack = statement(
  'bus.put_back',
  `UPDATE domain_events SET due_at = ${now} + random()
    * least($3::float8, $2::float8 * 2 ^ least(attempts, 30)) * interval '1 ms'
  WHERE id = ANY ($1::uuid[])`,
  ({ ids }) => [ids, 100, 10_000],
);

/** What waits: how many, of which no more than 10,000 are counted, and for how many seconds the
 *  oldest has. Ids are in the order of time. */
export const waiting = statement<{ events: number; oldest_s: number | null }>(
  'bus.waiting',
  `SELECT
    (SELECT count(*) FROM (SELECT FROM domain_events ORDER BY due_at LIMIT 10000) AS counted)::int
      AS events,
    (SELECT extract(epoch FROM ${now} - created_at)::float8 FROM domain_events ORDER BY id LIMIT 1)
      AS oldest_s`,
);
