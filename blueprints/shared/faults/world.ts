import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { Agent } from 'undici';
import service from '../package.json' with { type: 'json' };
import { KeyStore } from '../src/auth/keys.ts';
import { createPool } from '../src/database/pool.ts';
import { silent } from '../test/support/log.ts';
import { type ThrowawayDatabase, throwawayDatabase } from '../test/support/throwaway.ts';
import { until } from '../test/support/wait.ts';
import { Client } from './client.ts';
import { Figures } from './figures.ts';
import { auditJobs, countJobs } from './ledger.ts';
import { ownPort } from './ports.ts';
import { ServiceProcess } from './process.ts';
import { FaultProxy } from './proxy.ts';
import { Random } from './random.ts';
import { Traffic } from './traffic.ts';

/** Times are compressed so that a case takes seconds; what is promised in terms of them scales. */
export const leaseS = 2;
export const graceS = 5;
const compressed = {
  JOB_LEASE_S: String(leaseS),
  JOB_BACKOFF_MS: '50',
  JOB_MAX_ATTEMPTS: '5',
  SHUTDOWN_GRACE_S: String(graceS),
  SHUTDOWN_DRAIN_MS: '500',
  WORKER_CONCURRENCY: '20',
};
const drainMs = 120_000;

/** What a process of the service talks to, each through a proxy. */
export interface Proxies {
  postgres: FaultProxy;
  redis: FaultProxy;
  ai: FaultProxy;
}

export interface Api extends Client {
  process: ServiceProcess;
}

/** A service of its own for one run of one case: database, queue, fake AI API, proxies. */
export class World implements AsyncDisposable {
  readonly random: Random;
  readonly figures = new Figures();
  /** Ids of the jobs that were answered with 202. */
  readonly accepted = new Set<string>();
  readonly pool: pg.Pool;
  readonly redis: Redis;
  /** Those of every process that is not given others. */
  readonly proxies: Proxies;
  readonly processes: ServiceProcess[] = [];
  private readonly foundation: Foundation;
  private readonly opened: Proxies[];
  private readonly agent = new Agent({ connections: 512 });

  private constructor(foundation: Foundation, seed: number) {
    this.foundation = foundation;
    this.random = new Random(seed);
    this.proxies = foundation.proxies;
    this.opened = [foundation.proxies];
    const { url } = foundation.database;
    this.pool = createPool({ url, size: 20, acquireMs: 5000, name: 'faults' }, silent);
    this.redis = new Redis(process.env.REDIS_URL ?? '', { lazyConnect: true });
  }

  /** `logs`: the folder that gets what its processes print. */
  static async create(seed: number, logs: string): Promise<World> {
    const foundation = await lay(logs);
    const world = new World(foundation, seed);
    foundation.key = await new KeyStore(world.pool).create('faults', ['admin']);
    return world;
  }

  get queue(): string {
    return this.foundation.queue;
  }

  /** For processes whose network fails apart from the others'. */
  async newProxies(): Promise<Proxies> {
    const proxies = await openProxies(this.foundation.targets);
    this.opened.push(proxies);
    return proxies;
  }

  /** Ready, unless it cannot be yet: `wait: false`. */
  async startApi(env: NodeJS.ProcessEnv = {}, { proxies = this.proxies, wait = true } = {}): Promise<Api> {
    const port = await ownPort();
    const process = await this.start('api', { ...env, PORT: String(port) }, proxies);
    const { agent, accepted } = this;
    const client = new Client({
      base: `http://127.0.0.1:${port}`,
      key: this.foundation.key,
      agent,
      accepted: (id) => accepted.add(id),
    });
    if (wait) await process.ready();
    return Object.assign(client, { process });
  }

  async startWorker(env: NodeJS.ProcessEnv = {}, { proxies = this.proxies, wait = true } = {}): Promise<ServiceProcess> {
    const process = await this.start('worker', env, proxies);
    if (wait) await process.ready();
    return process;
  }

  /** Submissions at a steady rate, of texts that take as long as the seed says. */
  traffic(api: Client, perSecond: number): Traffic {
    return new Traffic(perSecond, () => api.submit(`[[delay:${this.random.int(0, 100)}]]`));
  }

  /** Milliseconds on the database's clock, which also stamps events. */
  async clock(): Promise<number> {
    const { rows } = await this.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return rows[0]?.now.getTime() ?? 0;
  }

  async jobsAre(what: string, where: string, count: number): Promise<void> {
    await until(`${count} jobs ${what}`, async () => (await countJobs(this.pool, where)) === count);
  }

  /** Seconds from a moment of `clock` to the end of the last job that had been created by then. */
  async secondsUntilDone(since: number): Promise<number> {
    const { rows } = await this.pool.query<{ last: Date | null }>(
      'SELECT max(finished_at) AS last FROM jobs WHERE created_at <= $1',
      [new Date(since)],
    );
    return rows[0]?.last ? Math.max(0, (rows[0].last.getTime() - since) / 1000) : Number.POSITIVE_INFINITY;
  }

  /** How often the fake AI API was called for each job. */
  async aiCalls(): Promise<Map<string, number>> {
    const calls = new Map<string, number>();
    for (const [, id = ''] of (await this.foundation.ai.said()).matchAll(/^call \d+ of (\S+):/gm)) {
      calls.set(id, (calls.get(id) ?? 0) + 1);
    }
    return calls;
  }

  /** Ends all faults of the shared proxies and waits for every job to finish. */
  async drain(): Promise<void> {
    for (const proxy of Object.values(this.proxies)) await proxy.heal();
    const unfinished = () =>
      countJobs(this.pool, `status IN ('queued', 'active', 'retrying')`);
    await until('all jobs to finish', async () => (await unfinished()) === 0, drainMs);
  }

  /** What holds after every case. */
  async audit(): Promise<void> {
    const { missing, unfinished, unlettered, duplicates, contradictions } = await auditJobs(
      this.pool,
      this.accepted,
    );
    this.figures.exactly('lost', missing + unfinished + unlettered, 0);
    this.figures.exactly('duplicate_effects', duplicates, 0);
    this.figures.exactly('contradictions', contradictions, 0);
    const ended = this.processes.filter((process) => process.endedByItself);
    this.figures.exactly('processes_that_exited', ended.length, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of [...this.processes, this.foundation.ai]) await process.kill();
    await this.agent.destroy();
    await this.pool.end();
    for (const proxy of this.opened.flatMap(Object.values)) proxy.close();
    await this.foundation.database.drop();
    await this.emptyQueue();
    this.redis.disconnect();
  }

  /** Deletes this run's queue from Redis, as an emptied Redis would. */
  async emptyQueue(): Promise<void> {
    const keys = await this.redis.keys(`bull:${this.queue}:*`);
    for (let i = 0; i < keys.length; i += 1000) await this.redis.unlink(...keys.slice(i, i + 1000));
  }

  private async start(kind: 'api' | 'worker', env: NodeJS.ProcessEnv, proxies: Proxies) {
    const count = this.processes.filter(({ name }) => name.startsWith(kind)).length;
    const name = `${kind}-${count + 1}`;
    const all = {
      ...compressed,
      HOST: '127.0.0.1',
      OPS_PORT: String(await ownPort()),
      DATABASE_URL: proxies.postgres.url,
      DATABASE_DIRECT_URL: '',
      REDIS_URL: proxies.redis.url,
      QUEUE_NAME: this.queue,
      AI_BASE_URL: `${proxies.ai.url}v1`,
      ...env,
    };
    const log = path.join(this.foundation.logs, `${name}.log`);
    const started = new ServiceProcess(name, commandOf(`start:${kind}`), all, log);
    this.processes.push(started);
    return started;
  }
}

interface Foundation {
  logs: string;
  queue: string;
  key: string;
  database: ThrowawayDatabase;
  ai: ServiceProcess;
  targets: Targets;
  proxies: Proxies;
}

async function lay(logs: string): Promise<Foundation> {
  mkdirSync(logs, { recursive: true });
  const database = await throwawayDatabase('faults');
  const aiPort = await ownPort();
  const env = { FAKE_AI_PORT: String(aiPort), FAKE_AI_DELAY_MS: '20' };
  const ai = new ServiceProcess('fake-ai', commandOf('fake-ai'), env, path.join(logs, 'fake-ai.log'));
  const targets = {
    postgres: database.url,
    redis: process.env.REDIS_URL ?? '',
    ai: `http://127.0.0.1:${aiPort}/`,
  };
  const queue = `faults_${randomBytes(6).toString('hex')}`;
  return { logs, queue, key: '', database, ai, targets, proxies: await openProxies(targets) };
}

type Targets = Record<keyof Proxies, string>;

const openProxies = async ({ postgres, redis, ai }: Targets): Promise<Proxies> => ({
  postgres: await FaultProxy.open(postgres, await ownPort(), 5432),
  redis: await FaultProxy.open(redis, await ownPort(), 6379),
  ai: await FaultProxy.open(ai, await ownPort(), 80),
});

/** What an npm script runs by node. */
function commandOf(script: keyof typeof service.scripts): string[] {
  const [, ...argv] = service.scripts[script].split(' ');
  return argv;
}
