import path from 'node:path';
import pg from 'pg';
import { Agent } from 'undici';
import service from '../package.json' with { type: 'json' };
import { KeyStore } from '../src/auth/keys.ts';
import { Database } from '../src/database/database.ts';
import { silent } from '../test/support/log.ts';
import { until } from '../test/support/wait.ts';
import { Client } from './client.ts';
import { Figures } from './figures.ts';
import { commandOf, type Foundation, layFoundation, type Proxies } from './foundation.ts';
import { auditJobs, countJobs } from './ledger.ts';
import { forget, namedBy } from './modules/queue.ts';
import { ownPort } from './ports.ts';
import { ServiceProcess } from './process.ts';
import { Random } from './random.ts';
import { Traffic } from './traffic.ts';

/** Times are compressed, so that a case takes seconds; what is promised in terms of them scales. */
export const leaseS = 2;
export const graceS = 5;
const compressed = {
  JOB_LEASE_S: String(leaseS),
  JOB_BACKOFF_MS: '50',
  JOB_MAX_ATTEMPTS: '5',
  SHUTDOWN_GRACE_S: String(graceS),
  SHUTDOWN_DRAIN_MS: '500',
  WORKER_CONCURRENCY: '20',
  // One tenant makes the load of all, and faults pile up jobs on purpose.
  RATE_LIMIT_RPS: '1000000',
  RATE_LIMIT_BURST: '1000000',
  MAX_QUEUE_DEPTH: '1000000',
  MAX_EVENT_LOOP_DELAY_MS: '60000',
  JOB_WAIT_S: '3600',
};
const drainMs = 120_000;

export interface Api extends Client {
  process: ServiceProcess;
}

type Script = keyof typeof service.scripts;
/** The processes that package.json starts. */
export type Kind = { [S in Script]: S extends `start:${infer K}` ? K : never }[Script];

interface Start {
  proxies?: Proxies;
  /** No proxies: what is measured should not share this process. */
  direct?: boolean;
  /** false: it cannot be ready yet. */
  wait?: boolean;
}

/** A service of its own for one run of one case: database, queue, fake AI API, proxies. */
export class World implements AsyncDisposable {
  readonly random: Random;
  readonly figures: Figures;
  /** Ids of the jobs that were answered with 202. */
  readonly accepted = new Set<string>();
  /** For the case's own looks and locks, past the proxies. */
  readonly pool: pg.Pool;
  /** As the service has it, past the proxies. */
  readonly db: Database;
  /** Those of every process that is not given others. */
  readonly proxies: Proxies;
  readonly processes: ServiceProcess[] = [];
  private readonly foundation: Foundation;
  private readonly opened: Proxies[];
  private readonly agent = new Agent({ connections: 512 });
  private key = '';

  private constructor(foundation: Foundation, proxies: Proxies, seed: number, idle: boolean) {
    this.foundation = foundation;
    this.proxies = proxies;
    this.opened = [proxies];
    this.random = new Random(seed);
    this.figures = new Figures(idle);
    const { url } = foundation.database;
    const options = { url, size: 10, acquireMs: 5000, statementMs: 10_000, name: 'faults' };
    this.db = new Database(options, silent);
    this.pool = new pg.Pool({ connectionString: url });
    this.pool.on('error', () => {});
  }

  /** `logs`: the folder that gets what its processes print. `idle`: the machine has nothing else
   *  to do. */
  static async create(seed: number, logs: string, idle = false): Promise<World> {
    const foundation = await layFoundation(logs);
    const world = new World(foundation, await foundation.openProxies(), seed, idle);
    world.key = await new KeyStore(world.db).create('faults', ['admin']);
    return world;
  }

  get ai(): ServiceProcess {
    return this.foundation.ai;
  }

  get queue(): string {
    return this.foundation.queue;
  }

  /** For processes whose network fails apart from the others'. */
  async newProxies(): Promise<Proxies> {
    const proxies = await this.foundation.openProxies();
    this.opened.push(proxies);
    return proxies;
  }

  async startApi(env: NodeJS.ProcessEnv = {}, options: Start = {}): Promise<Api> {
    const port = await ownPort();
    const process = await this.start('api', { ...env, PORT: String(port) }, options);
    const { agent, accepted, key } = this;
    const base = `http://127.0.0.1:${port}`;
    const client = new Client({ base, key, agent, accepted: (id) => accepted.add(id) });
    return Object.assign(client, { process });
  }

  startWorker(env: NodeJS.ProcessEnv = {}, options: Start = {}): Promise<ServiceProcess> {
    return this.start('worker', env, options);
  }

  /** Submissions at a steady rate, of texts that take as long as the seed says. */
  traffic(api: Client, perSecond: number): Traffic {
    return new Traffic(perSecond, () => api.submit(`[[delay:${this.random.int(0, 100)}]]`));
  }

  /** Milliseconds on the database's clock, which also stamps jobs and events. */
  async clock(): Promise<number> {
    const { rows } = await this.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return rows[0]?.now.getTime() ?? 0;
  }

  /** Waits until so many jobs are as the condition says. */
  async jobsAre(where: string, count: number): Promise<void> {
    await until(`${count} jobs with ${where}`, async () => {
      return (await countJobs(this.pool, where)) === count;
    });
  }

  /** Seconds from a moment of `clock` to the end of the last job that had been created by then. */
  async secondsUntilDone(since: number): Promise<number> {
    const { rows } = await this.pool.query<{ last: Date | null }>(
      'SELECT max(finished_at) AS last FROM jobs WHERE created_at <= $1',
      [new Date(since)],
    );
    const last = rows[0]?.last;
    if (!last) throw new Error('No job has finished');
    return Math.max(0, (last.getTime() - since) / 1000);
  }

  /** How often the fake AI API was called for each job. */
  async aiCalls(): Promise<Map<string, number>> {
    const calls = new Map<string, number>();
    const said = await this.foundation.ai.said();
    for (const [, id = ''] of said.matchAll(/^call \d+ of (\S+):/gm)) {
      calls.set(id, (calls.get(id) ?? 0) + 1);
    }
    return calls;
  }

  /** Ends all faults of the shared proxies and waits for every job to finish. */
  async drain(): Promise<void> {
    for (const proxy of Object.values(this.proxies)) await proxy?.heal();
    const unfinished = () => countJobs(this.pool, `status IN ('queued', 'active', 'retrying')`);
    await until('all jobs to finish', async () => (await unfinished()) === 0, drainMs);
  }

  /** What holds after every case. */
  async audit(): Promise<void> {
    const audit = await auditJobs(this.pool, this.accepted);
    const { missing, unfinished, unlettered, duplicates, contradictions, miscounted } = audit;
    this.figures.exactly('lost', missing + unfinished + unlettered, 0);
    this.figures.exactly('duplicate_effects', duplicates, 0);
    this.figures.exactly('contradictions', contradictions, 0);
    this.figures.exactly('miscounted_usage', miscounted, 0);
    const ended = this.processes.filter((process) => process.endedByItself);
    this.figures.exactly('processes_that_exited', ended.length, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of [...this.processes, this.foundation.ai]) await process.kill();
    for (const proxy of this.opened.flatMap(Object.values)) proxy.close();
    await this.agent.destroy();
    await this.db.close();
    await this.pool.end();
    await this.foundation.database.drop();
    await forget(this.queue);
  }

  async start(
    kind: Kind,
    env: NodeJS.ProcessEnv = {},
    options: Start = {},
  ): Promise<ServiceProcess> {
    const { proxies = this.proxies, direct = false, wait = true } = options;
    const proxied = Object.entries(proxies).map(([name, proxy]) => [name, proxy?.url]);
    const all = {
      ...compressed,
      ...(direct ? this.foundation.targets : Object.fromEntries(proxied)),
      DATABASE_DIRECT_URL: '',
      ...namedBy(this.queue),
      HOST: '127.0.0.1',
      OPS_PORT: String(await ownPort()),
      ...env,
    };
    // Counted after the last wait, as several may start at once.
    const count = this.processes.filter(({ name }) => name.startsWith(kind)).length;
    const name = `${kind}-${count + 1}`;
    const log = path.join(this.foundation.logs, `${name}.log`);
    const started = new ServiceProcess(name, commandOf(`start:${kind}`), all, log);
    this.processes.push(started);
    if (wait) await started.ready();
    return started;
  }
}
