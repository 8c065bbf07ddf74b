import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Traffic } from '../../faults/traffic.ts';
import { type Api, World } from '../../faults/world.ts';
import type { Diagnosis } from '../../src/diagnose/diagnosis.ts';
import { processes } from '../support/processes.ts';

/** What a call to the AI API usually takes, as the diagnosis is told. */
const aiTypicalMs = 200;
/** What these requests take, whatever the brief gave to others. */
const asIsWell = { API_POOL: '20', CACHE_L1_MB: '16', STALENESS_S: '5' };
const warmMs = 500;
const seconds = 3;

export interface Conditions {
  api?: NodeJS.ProcessEnv;
  worker?: NodeJS.ProcessEnv;
  /** How long each call to the AI API takes. */
  aiMs?: number;
  /** Where jobs are listed. */
  list?: string;
}

const usage = '/v1/usage?group_by=type&from=2026-01-01&to=2026-12-31';

/** A service of its own for the file, with tables that have grown. */
export function service() {
  const start = processes();
  let world: World;
  let logs: string;

  beforeAll(async () => {
    logs = await mkdtemp(path.join(tmpdir(), 'diagnose-'));
    world = await World.create(1, logs);
    await grow(world);
  }, 60_000);
  afterEach(() => reset(world));
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await rm(logs, { recursive: true });
  });

  /** Runs the command beside processes that are at work, all under the same requests. */
  async function diagnoseUnder(conditions: Conditions = {}): Promise<Diagnosis> {
    const { aiMs = 50, list = '/v1/jobs?limit=20' } = conditions;
    // Postgres is as far away as it is from most services.
    const proxies = await world.newProxies();
    proxies.DATABASE_URL.slow({ latencyMs: 5 });
    const [api, worker] = await Promise.all([
      world.startApi({ ...asIsWell, ...conditions.api }, { proxies }),
      world.startWorker(conditions.worker, { proxies }),
    ]);
    const traffic = requestsTo(api, aiMs, list);
    try {
      await sleep(warmMs);
      return await diagnose([api.process.opsUrl, worker.opsUrl]);
    } finally {
      await Promise.all([api.process.kill(), worker.kill()]);
      await Promise.all(traffic.map((one) => one.stop()));
    }
  }

  async function diagnose(ops: string[]): Promise<Diagnosis> {
    const env = {
      ...Object.fromEntries(
        Object.entries(world.proxies).map(([name, proxy]) => [name, proxy?.url]),
      ),
      DATABASE_DIRECT_URL: '',
      AI_TYPICAL_MS: String(aiTypicalMs),
    };
    const argv = ['--json', '--seconds', String(seconds), '--ops', ops.join(',')];
    const command = start('src/cli/diagnose.ts', env, argv);
    await command.ended;
    return JSON.parse(command.output());
  }

  return { diagnoseUnder, sql: (text: string) => world.pool.query(text) };
}

/** Twenty of each a second. */
function requestsTo(api: Api, aiMs: number, list: string): Traffic[] {
  const asks = [
    () => api.submit(`[[delay:${aiMs}]]`),
    () => api.ask(list),
    () => api.ask('/v1/dead-letters'),
    () => api.ask(usage),
  ];
  return asks.map((ask) => new Traffic(20, ask));
}

/** Dead letters of others, which an index keeps from whoever asks for their own, and usage that takes
 *  its time to sum. */
async function grow({ pool }: World) {
  const client = await pool.connect();
  await client.query('SET statement_timeout = 0');
  await client.query(`INSERT INTO dead_letters
      (tenant, job_id, run, type, attempts, error, trace_id, died_at)
    SELECT 't' || n % 10, gen_random_uuid(), 1, 'summarize', 5, '{"name": "Error"}', '0', now()
    FROM generate_series(1, 150000) AS n`);
  await client.query(`INSERT INTO usage_days (tenant, day, type, jobs, succeeded, dead, seconds)
    SELECT 'faults', date '2026-01-01' + day, 'type ' || type, 1, 1, 0, 1
    FROM generate_series(0, 300) AS day, generate_series(1, 150) AS type`);
  await client.query('VACUUM ANALYZE dead_letters, usage_days');
  client.release(true);
}

/** What one condition left unfinished must not be the next one's backlog. */
const reset = ({ pool }: World) => pool.query('TRUNCATE jobs, job_events, usage_deltas');
