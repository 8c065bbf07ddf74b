import { type Statement, statement } from '../database/statement.ts';
import type { Booked, Month } from './ledger.ts';

/** Books a batch of events: what an event counts commits with its row in the inbox, and an event whose
 *  row is there already counts nothing; as it still comes, its row stays for longer. Answers the events
 *  that were new.
 *  Both inserts are in the order of their keys, so that two consumers never wait for each other in a
 *  circle; the second begins when the first is done, since it groups what that answers. */
export const book = statement<Booked>(
  'ledger.book',
  `WITH item AS (
    SELECT DISTINCT ON (id) *
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[])
      AS i (id, tenant, ending, at, took_ms)
    ORDER BY id
  ), seen AS (
    INSERT INTO ledger_inbox (event_id) SELECT id FROM item ORDER BY id
    ON CONFLICT (event_id) DO UPDATE SET at = excluded.at RETURNING event_id, xmax = 0 AS inserted
  ), fresh AS (
    SELECT event_id FROM seen WHERE inserted
  ), entry AS (
    INSERT INTO ledger_entries AS e (tenant, month, succeeded, dead, cancelled, took_ms)
    SELECT tenant, date_trunc('month', at AT TIME ZONE 'UTC')::date,
      count(*) FILTER (WHERE ending = 'succeeded'), count(*) FILTER (WHERE ending = 'dead'),
      count(*) FILTER (WHERE ending = 'cancelled'), sum(took_ms)
    FROM item JOIN fresh ON item.id = fresh.event_id GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (tenant, month) DO UPDATE SET
      succeeded = e.succeeded + excluded.succeeded,
      dead = e.dead + excluded.dead,
      cancelled = e.cancelled + excluded.cancelled,
      took_ms = e.took_ms + excluded.took_ms
  )
  SELECT event_id AS id FROM fresh`,
  ({ ids, tenant, moment }) => [
    ids,
    ids.map(() => tenant),
    ids.map(() => 'succeeded'),
    ids.map(() => moment),
    ids.map(() => 1000),
  ],
);

const newest: Statement['example'] = ({ tenant }) => [tenant, 12];

/** A tenant's months, the newest first. */
export const monthsOf = statement<Month>(
  'ledger.months',
  `SELECT tenant, to_char(month, 'YYYY-MM') AS month, succeeded, dead, cancelled, took_ms
  FROM ledger_entries WHERE tenant = $1 ORDER BY ledger_entries.month DESC LIMIT $2`,
  newest,
);

/** Rows of the inbox from before $1. */
export const purgeInbox = statement<{ count: number }>(
  'ledger.purge_inbox',
  `WITH old AS (
    DELETE FROM ledger_inbox WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ledger_inbox WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
  )
  SELECT count(*)::int AS count FROM old`,
  ({ moment }) => [moment, 10],
);
