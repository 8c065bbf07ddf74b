import { statement } from '../database/statement.ts';
import type { Delivery } from './deliveries.ts';
import type { SecretRow } from './secrets.ts';

// A delivery waits until `due_at`. Whoever claims it pushes `due_at` beyond the deadline of an
// attempt, which is at once its lease and its fence: it settles only what still has that `due_at`.
// A delivery that has ended has none.

const now = 'clock_timestamp()';

/** Claims what is due, the oldest first, but of no host more than it has room for: a backlog of one
 *  receiver is not walked through. $1 how many, $2 how many of one host, $3 and $4 the hosts that
 *  are being called and how often, $5 the lease in ms. */
export const claimDeliveries = statement<Delivery>(
  'webhooks.claim',
  `WITH RECURSIVE waiting (host) AS (
    (SELECT host FROM webhook_deliveries WHERE due_at IS NOT NULL ORDER BY host LIMIT 1)
    UNION ALL
    SELECT next.host FROM waiting, LATERAL (
      SELECT d.host FROM webhook_deliveries AS d
      WHERE due_at IS NOT NULL AND d.host > waiting.host ORDER BY d.host LIMIT 1
    ) AS next
  ), oldest AS (
    SELECT due.id, due.due_at
    FROM waiting LEFT JOIN unnest($3::text[], $4::int[]) AS busy (host, calls) USING (host),
    LATERAL (
      SELECT id, due_at FROM webhook_deliveries
      WHERE webhook_deliveries.host = waiting.host AND due_at <= (SELECT ${now})
      ORDER BY due_at LIMIT greatest(0, $2::int - coalesce(busy.calls, 0))
    ) AS due
    ORDER BY due.due_at LIMIT $1::int * 4
  ), claimed AS (
    UPDATE webhook_deliveries SET due_at = ${now} + $5::float8 * interval '1 ms',
      attempts = attempts + 1
    WHERE id = ANY (ARRAY(
      SELECT d.id FROM webhook_deliveries AS d
      WHERE d.id = ANY (ARRAY(SELECT id FROM oldest)) AND d.due_at <= (SELECT ${now})
      ORDER BY d.due_at LIMIT $1::int FOR UPDATE SKIP LOCKED
    ))
    RETURNING id, job_id, tenant, type, url, host, job, attempts, due_at
  )
  SELECT claimed.*,
    ARRAY(
      SELECT secret FROM webhook_secrets AS s
      WHERE s.tenant = claimed.tenant AND (expires_at IS NULL OR expires_at > ${now})
      ORDER BY s.id DESC
    ) AS secrets,
    EXISTS (
      SELECT FROM webhook_gone AS g WHERE g.tenant = claimed.tenant AND g.url = claimed.url
    ) AS gone
  FROM claimed`,
  () => [2, 1, ['slow.example'], [1], 20_000],
);

export const settleDelivered = statement<{ id: string }>(
  'webhooks.delivered',
  `UPDATE webhook_deliveries SET due_at = NULL, delivered_at = ${now}
  WHERE id = $1 AND due_at = $2 RETURNING id`,
  ({ ids, moment }) => [ids[0], moment],
);

/** Due again in $3 ms. $4 are the attempts that count. */
export const postpone = statement<{ id: string }>(
  'webhooks.postpone',
  `UPDATE webhook_deliveries SET due_at = ${now} + $3::float8 * interval '1 ms', attempts = $4
  WHERE id = $1 AND due_at = $2 RETURNING id`,
  ({ ids, moment }) => [ids[0], moment, 1000, 1],
);

/** A dead letter, or the one that was replayed opened again. $4: the receiver is gone for good. */
export const giveUp = statement<{ id: string }>(
  'webhooks.give_up',
  `WITH ended AS (
    UPDATE webhook_deliveries SET due_at = NULL WHERE id = $1 AND due_at = $2 RETURNING *
  ), letter AS (
    INSERT INTO dead_letters
      (tenant, job_id, run, delivery_id, type, attempts, error, trace_id, died_at)
    SELECT tenant, job_id, run, id, job->>'type', attempts, $3::jsonb,
      split_part(job->>'traceparent', '-', 2), ${now} FROM ended
    ON CONFLICT (job_id, run, delivery_id) DO UPDATE SET attempts = excluded.attempts,
      error = excluded.error, died_at = excluded.died_at, replayed_at = NULL
  ), gone AS (
    INSERT INTO webhook_gone (tenant, url) SELECT tenant, url FROM ended WHERE $4
    ON CONFLICT DO NOTHING
  )
  SELECT id FROM ended`,
  ({ ids, moment }) => [ids[0], moment, '{}', true],
);

/** How long the oldest due delivery has waited, in seconds; null or below 0 when none is due. */
export const oldestDue = statement<{ oldest_s: number | null }>(
  'webhooks.oldest_due',
  `SELECT extract(epoch FROM ${now} - min(due_at))::float8 AS oldest_s
  FROM webhook_deliveries WHERE due_at IS NOT NULL`,
);

/** Whether a tenant has a secret, and whether a URL has answered 410 to it. */
export const findTarget = statement<{ signed: boolean; gone: boolean }>(
  'webhooks.target',
  `SELECT EXISTS (SELECT FROM webhook_secrets WHERE tenant = $1) AS signed,
    EXISTS (SELECT FROM webhook_gone WHERE tenant = $1 AND url = $2) AS gone`,
  ({ tenant }) => [tenant, 'https://receiver.example/'],
);

export const createSecret = statement<{ id: string }>(
  'webhooks.create_secret',
  `INSERT INTO webhook_secrets (id, secret, tenant) VALUES ($1, $2, $3)
  ON CONFLICT (tenant) WHERE expires_at IS NULL DO NOTHING RETURNING id`,
  ({ ids, tenant }) => [ids[0], 'whsec_', tenant],
);

/** The current one expires in $4 hours, one that was about to expire goes now. */
export const rotateSecret = statement<{ id: string }>(
  'webhooks.rotate_secret',
  `WITH older AS (
    DELETE FROM webhook_secrets WHERE tenant = $3 AND expires_at IS NOT NULL
  ), old AS (
    UPDATE webhook_secrets SET expires_at = ${now} + $4::float8 * interval '1 hour'
    WHERE tenant = $3 AND expires_at IS NULL RETURNING tenant
  )
  INSERT INTO webhook_secrets (id, secret, tenant) SELECT $1, $2, tenant FROM old RETURNING id`,
  ({ ids, tenant }) => [ids[0], 'whsec_', tenant, 24],
);

export const listSecrets = statement<SecretRow>(
  'webhooks.list_secrets',
  'SELECT id, created_at, expires_at FROM webhook_secrets WHERE tenant = $1 ORDER BY id',
  ({ tenant }) => [tenant],
);
