import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import service from '../../package.json' with { type: 'json' };

const run = promisify(execFile);
const password = 'dev';

/** What compose.dev.yaml may publish, and which variable says where it is. */
const published = {
  postgres: {
    variable: 'DATABASE_URL',
    port: 5432,
    url: (address: string) => `postgres://app:${password}@${address}/app`,
  },
  redis: { variable: 'REDIS_URL', port: 6379, url: (address: string) => `redis://${address}` },
  cache: {
    variable: 'CACHE_REDIS_URL',
    port: 6379,
    url: (address: string) => `redis://${address}`,
  },
  rabbitmq: {
    variable: 'RABBITMQ_URL',
    port: 5672,
    url: (address: string) => `amqp://app:${password}@${address}`,
  },
};

export interface Composed {
  /** By their variables. */
  urls: Record<string, string>;
  /** Their data stay. */
  stop(): Promise<void>;
}

/** Starts what the service needs as containers of their own, apart from those that compose.yaml
 *  alone starts. Nothing where Docker Compose does not run. */
export async function startServices(): Promise<Composed | undefined> {
  const runs = await compose('ls').then(
    () => true,
    () => false,
  );
  if (!runs) return undefined;
  const names = Object.keys(published) as (keyof typeof published)[];
  const there = new Set((await compose('config', '--services')).split('\n'));
  const needed = names.filter((name) => there.has(name));
  console.log(`docker compose starts ${needed.join(', ')}`);
  await compose('up', '--detach', '--wait', ...needed);
  const urls: Record<string, string> = {};
  for (const name of needed) {
    const { variable, port, url } = published[name];
    urls[variable] = url((await compose('port', name, String(port))).trim());
  }
  return {
    urls,
    async stop() {
      await compose('stop', ...needed);
    },
  };
}

async function compose(...command: string[]): Promise<string> {
  const files = ['--file', 'compose.yaml', '--file', 'compose.dev.yaml'];
  const argv = ['compose', '--project-name', `${service.name}-dev`, ...files, ...command];
  const { stdout } = await run('docker', argv, {
    cwd: path.resolve(import.meta.dirname, '../..'),
    // compose.yaml insists on the last, which nothing that is started here needs.
    env: {
      ...process.env,
      POSTGRES_PASSWORD: password,
      RABBITMQ_PASSWORD: password,
      AI_BASE_URL: 'http://unused',
    },
  });
  return stdout;
}
