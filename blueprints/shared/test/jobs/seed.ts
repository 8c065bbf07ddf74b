import type { Seed } from '../../src/database/statement.ts';

// Jobs of ten tenants: most are finished, and some wait in each place a job can wait. Their ids are
// UUIDv7, a tenth of a second apart, up to now.

const stepMs = 100;
const tenants = 10;

interface JobsSeed {
  seed: Seed;
  sql: string[];
}

const hex = (n: string, length: number) => `lpad(to_hex(${n}::bigint), ${length}, '0')`;
const numbered = (n: string) => `'00000000-0000-4000-8000-' || ${hex(n, 12)}`;

/** What fills the tables with so many jobs; three in a hundred of them are unfinished. */
export function jobsSeed(rows: number): JobsSeed {
  const firstMs = Date.now() - rows * stepMs;
  const finished = Math.floor(rows * 0.97);
  const due = Math.floor(rows * 0.98);
  const active = Math.floor(rows * 0.99);
  const some = Math.floor(rows / 5);

  const ms = (n: string) => `(${firstMs} + ${n} * ${stepMs})`;
  const at = (n: string) => `to_timestamp(${ms(n)} / 1000.0)`;
  const id = (n: string) =>
    `overlay(${hex(ms(n), 12)} placing '-' from 9 for 0) || '-7000-8000-' || ${hex(n, 12)}`;
  const idOf = (n: number) => {
    const time = (firstMs + n * stepMs).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`;
  };
  /** A number of the tenant t3 from this one on. */
  const ofTenant = (n: number) => n - (n % tenants) + tenants + 3;

  const held = ofTenant(due);
  const letter = ofTenant(some / 2);
  const seed = {
    tenant: 't3',
    ids: [idOf(held), idOf(held + tenants)],
    runs: [1, 1],
    letter: `00000000-0000-4000-8000-${letter.toString(16).padStart(12, '0')}`,
    moment: new Date(firstMs + (rows / 2) * stepMs),
  };
  const sql = [
    `INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent, status, run,
       event_seq, due_at, published_at, lease_until, result, created_at, started_at, finished_at)
     SELECT (${id('n')})::uuid, 't' || n % ${tenants},
       CASE WHEN n % 10000 = 0 THEN 'rare' ELSE 'summarize' END, '{"text": "a text"}', 1 + n % 3, 5,
       '00-0-0-00', status, 1, 2, CASE WHEN place = 'due' THEN ${at('n')} END,
       CASE WHEN place = 'published' THEN ${at('n')} END,
       CASE WHEN place = 'active' THEN now() + interval '1 hour' END,
       CASE WHEN status = 'succeeded' THEN '{"summary": "short"}'::jsonb END, ${at('n')},
       CASE WHEN place IN ('active', 'finished') THEN ${at('n')} END,
       CASE WHEN place = 'finished' THEN ${at('n')} END
     FROM generate_series(1, ${rows}) AS n,
       LATERAL (SELECT CASE WHEN n <= ${finished} THEN 'finished' WHEN n <= ${due} THEN 'due'
         WHEN n <= ${active} THEN 'active' ELSE 'published' END AS place) AS p,
       LATERAL (SELECT CASE WHEN place IN ('due', 'published') THEN 'queued'
         WHEN place = 'active' THEN 'active' WHEN n % 100 = 0 THEN 'dead'
         WHEN n % 100 = 50 THEN 'cancelled' ELSE 'succeeded' END AS status) AS s`,
    `INSERT INTO job_events (job_id, seq, type, failures, progress)
     SELECT id, seq, 'queued', 0, 0 FROM jobs, generate_series(1, 2) AS seq`,
    `INSERT INTO dead_letters (id, tenant, job_id, run, type, attempts, error, trace_id, died_at,
       replayed_at)
     SELECT (${numbered('n')})::uuid, 't' || n % ${tenants}, (${id('n')})::uuid, 1, 'summarize', 5,
       '{"name": "Error", "message": "wrong", "stack": ""}', '0', ${at('n')},
       CASE WHEN n % 2 = 0 THEN now() END
     FROM generate_series(1, ${some}) AS n`,
    `INSERT INTO idempotency_keys (tenant, key, body_hash, job_id, expires_at)
     SELECT 't' || n % ${tenants}, 'key ' || n, sha256(n::text::bytea), (${id('n')})::uuid,
       ${at('n')} + interval '1 day'
     FROM generate_series(1, ${some}) AS n`,
  ];
  return { seed, sql };
}

const million = jobsSeed(1_000_000);
export const { seed } = million;
export default million.sql;
