import type { Seed } from '../../src/database/statement.ts';

// A million jobs of ten tenants: most are finished, and some wait in each place a job can wait.
// Their ids are UUIDv7, a tenth of a second apart, up to now.

const rows = 1_000_000;
const stepMs = 100;
const firstMs = Date.now() - rows * stepMs;

const ms = (n: string) => `(${firstMs} + ${n} * ${stepMs})`;
const at = (n: string) => `to_timestamp(${ms(n)} / 1000.0)`;
const hex = (n: string, length: number) => `lpad(to_hex(${n}::bigint), ${length}, '0')`;
const id = (n: string) => `overlay(${hex(ms(n), 12)} placing '-' from 9 for 0)
  || '-7000-8000-' || ${hex(n, 12)}`;

const idOf = (n: number) => {
  const time = (firstMs + n * stepMs).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`;
};

const tenants = 10;
const unfinished = 30_000;
const letter = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const firstActive = rows - unfinished + 10_003;

export const seed: Seed = {
  tenant: 't3',
  ids: [idOf(firstActive), idOf(firstActive + tenants)],
  runs: [1, 1],
  letter: letter(100_003),
  moment: new Date(firstMs + (rows / 2) * stepMs),
};

export default [
  `INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent, status, run,
     event_seq, due_at, published_at, lease_until, result, created_at, started_at, finished_at)
   SELECT (${id('n')})::uuid, 't' || n % ${tenants},
     CASE WHEN n % 10000 = 0 THEN 'rare' ELSE 'summarize' END, '{"text": "a text"}', 1 + n % 3, 5,
     '00-0-0-00', status, 1, 3,
     CASE WHEN state = 'due' THEN ${at('n')} END, CASE WHEN state = 'published' THEN ${at('n')} END,
     CASE WHEN state = 'active' THEN now() + interval '1 hour' END,
     CASE WHEN status = 'succeeded' THEN '{"summary": "short"}'::jsonb END, ${at('n')},
     CASE WHEN state <> 'due' THEN ${at('n')} END, CASE WHEN state = 'finished' THEN ${at('n')} END
   FROM generate_series(1, ${rows}) AS n, LATERAL (SELECT
     CASE WHEN n <= ${rows - unfinished} THEN 'finished' WHEN n <= ${rows - unfinished + 10_000} THEN 'due'
       WHEN n <= ${rows - unfinished + 20_000} THEN 'active' ELSE 'published' END AS state) AS s,
     LATERAL (SELECT CASE WHEN state IN ('due', 'published') THEN 'queued' WHEN state = 'active' THEN 'active'
       WHEN n % 100 = 0 THEN 'dead' WHEN n % 100 = 50 THEN 'cancelled' ELSE 'succeeded' END AS status) AS t`,
  `INSERT INTO job_events (job_id, seq, type)
   SELECT id, seq, 'queued' FROM jobs, generate_series(1, 2) AS seq`,
  `INSERT INTO dead_letters (id, tenant, job_id, run, type, attempts, error, trace_id, died_at, replayed_at)
   SELECT ('00000000-0000-4000-8000-' || ${hex('n', 12)})::uuid, 't' || n % ${tenants},
     (${id('n')})::uuid, 1, 'summarize', 5, '{}', '0', ${at('n')},
     CASE WHEN n % 2 = 0 THEN now() END
   FROM generate_series(1, 200000) AS n`,
  `INSERT INTO idempotency_keys (tenant, key, body_hash, job_id, expires_at)
   SELECT 't' || n % ${tenants}, 'key ' || n, sha256(n::text::bytea), (${id('n')})::uuid,
     ${at('n')} + interval '1 day'
   FROM generate_series(1, 200000) AS n`,
];
