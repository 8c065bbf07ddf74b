import { readFile } from 'node:fs/promises';
import { Agent } from 'undici';
import { Client } from '../faults/client.ts';
import { percentile } from '../faults/figures.ts';
import { World } from '../faults/world.ts';
import { KeyStore } from '../src/auth/keys.ts';
import { jobsSeed } from '../test/jobs/seed.ts';

// Every endpoint beside 10³ jobs in the table and beside 10⁶, in one run: turns of one size and the
// other alternate, so that what else the machine does reaches both.

const sizes = [1000, 1_000_000] as const;
const rounds = 20;
const requestsARound = 50;
const abreast = 2;
const mostTimes = 1.5;

interface Table {
  client: Client;
  /** Jobs of the tenant, to take one of. */
  jobs: string[];
  /** Dead letters of the tenant, each to be replayed once. */
  letters: string[];
}

type Request = (table: Table) => Promise<{ status: number; ms: number }>;

const any = (items: string[]) => items[Math.floor(Math.random() * items.length)] ?? '';
const get =
  (path: string): Request =>
  ({ client }) =>
    client.ask(path);

async function cancel({ client }: Table) {
  const { id } = await client.submit('to be cancelled');
  return client.ask(`/v1/jobs/${id}`, { method: 'DELETE' });
}

/** By operation of openapi.json; some with what their parameters make of them. */
const requests: Record<string, Record<string, Request>> = {
  'POST /v1/jobs': {
    '': ({ client }) => client.submit('a text'),
    'with a key': ({ client }) => client.submit('a text', crypto.randomUUID()),
  },
  'GET /v1/jobs': {
    '': get('/v1/jobs'),
    'of a status': get('/v1/jobs?status=dead'),
    'of a rare type': get('/v1/jobs?type=rare'),
  },
  'GET /v1/jobs/{id}': { '': ({ client, jobs }) => client.ask(`/v1/jobs/${any(jobs)}`) },
  'DELETE /v1/jobs/{id}': { '': cancel },
  'GET /v1/jobs/{id}/events': {
    'of a finished job': ({ client, jobs }) => client.ask(`/v1/jobs/${any(jobs)}/events`),
  },
  'GET /v1/dead-letters': { '': get('/v1/dead-letters') },
  'POST /v1/dead-letters/{id}/replay': {
    '': ({ client, letters }) =>
      client.ask(`/v1/dead-letters/${letters.pop()}/replay`, { method: 'POST' }),
  },
  'GET /v1/usage': {
    'by day': get('/v1/usage'),
    'by type': get('/v1/usage?group_by=type'),
  },
  'GET /v1/job-types': { '': get('/v1/job-types') },
};

/** Finished jobs of the tenant with an open dead letter: both tables have as many. */
const dead = [
  `INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent, status, run,
     event_seq, started_at, finished_at)
   SELECT gen_random_uuid(), $1, 'summarize', '{}', 2, 5, '00-0-0-00', 'dead', 1, 2, now(), now()
   FROM generate_series(1, 3000)`,
  `INSERT INTO dead_letters (tenant, job_id, run, type, attempts, error, trace_id, died_at)
   SELECT tenant, id, run, type, 5, '{"name": "Error", "message": "wrong", "stack": ""}', '0', now()
   FROM jobs WHERE tenant = $1 AND max_attempts = 5 AND status = 'dead' AND input = '{}'`,
];

async function seedWith(sql: string[], world: World) {
  const client = await world.pool.connect();
  await client.query('SET statement_timeout = 0');
  for (const statement of sql) await client.query(statement);
  client.release(true);
}

async function fill(world: World, rows: number): Promise<Table> {
  const { seed, sql } = jobsSeed(rows);
  await seedWith(sql, world);
  for (const statement of dead) await world.pool.query(statement, [seed.tenant]);
  await world.pool.query('VACUUM ANALYZE');
  const api = await world.startApi();
  const key = await new KeyStore(world.db).create(seed.tenant, ['admin']);
  const client = new Client({ base: api.base, key, agent: new Agent(), accepted: () => {} });
  const ids = async (from: string, condition: string) => {
    const { rows } = await world.pool.query<{ id: string }>(
      `SELECT id FROM ${from} WHERE tenant = $1 AND ${condition} ORDER BY random() LIMIT 2500`,
      [seed.tenant],
    );
    return rows.map(({ id }) => id);
  };
  return {
    client,
    jobs: await ids('jobs', "status = 'succeeded'"),
    letters: await ids(
      'dead_letters',
      "replayed_at IS NULL AND died_at > now() - interval '1 minute'",
    ),
  };
}

async function turn(request: Request, table: Table): Promise<number[]> {
  const times: number[] = [];
  const caller = async () => {
    for (let i = 0; i < requestsARound / abreast; i += 1) {
      const { status, ms } = await request(table);
      if (status >= 400 || status === 0) throw new Error(`Answered ${status}`);
      times.push(ms);
    }
  };
  await Promise.all(Array.from({ length: abreast }, caller));
  return times;
}

async function compare(request: Request, tables: Table[]): Promise<number[]> {
  const times = tables.map(() => [] as number[]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, table] of tables.entries()) times[i]?.push(...(await turn(request, table)));
  }
  return times.map((all) => percentile(all, 0.95));
}

async function assertComplete() {
  const { paths } = JSON.parse(await readFile('openapi.json', 'utf8'));
  const documented = Object.entries<object>(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const missing = documented.filter((operation) => !(operation in requests));
  if (missing.length > 0) throw new Error(`Not measured: ${missing.join(', ')}`);
}

/** Prints a row an endpoint. Answers whether the large table costs more than it may. */
export async function tableSize(): Promise<boolean> {
  await assertComplete();
  await using worlds = new AsyncDisposableStack();
  let slow = false;
  const tables: Table[] = [];
  for (const rows of sizes) {
    const world = worlds.use(await World.create(1, `bench-logs/${rows}`));
    tables.push(await fill(world, rows));
  }
  console.log(`p95 in ms beside ${sizes.join(' and ')} jobs, and the ratio (at most ${mostTimes})`);
  for (const [operation, variants] of Object.entries(requests)) {
    for (const [variant, request] of Object.entries(variants)) {
      await compare(request, tables); // warm
      const [small = 0, large = 0] = await compare(request, tables);
      const ratio = large / small;
      slow ||= ratio > mostTimes;
      const name = `${operation} ${variant}`.trim();
      const figures = [small, large, ratio].map((n) => n.toFixed(2).padStart(8)).join('');
      console.log(`${name.padEnd(40)}${figures}${ratio > mostTimes ? '  TOO SLOW' : ''}`);
    }
  }
  return slow;
}
