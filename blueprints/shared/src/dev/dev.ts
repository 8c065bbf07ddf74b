import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyStore } from '../auth/keys.ts';
import { runCommand, withDatabase } from '../cli/command.ts';
import { loadDatabaseConfig } from '../config.ts';
import { migrate } from '../database/migrator.ts';
import { build, runnable } from '../modules/build.ts';
import { serviceVariables } from '../modules/config.ts';
import { otherProcesses } from '../modules/processes.ts';
import { startServices } from './compose.ts';
import { freePort, isFree } from './ports.ts';
import { DevProcess } from './processes.ts';

const workers = 2;

/** Finds or starts what the service needs; answers how to end what was started. */
async function findServices(): Promise<() => Promise<void>> {
  const missing = serviceVariables.filter((name) => !process.env[name]);
  if (missing.length === 0) return async () => {};
  const composed = missing.length === serviceVariables.length && (await startServices());
  if (composed) {
    Object.assign(process.env, composed.urls);
    return composed.stop;
  }
  throw new Error(
    `${missing.join(' and ')} not set. Set it (.env.example shows how), start Docker, or let archgen\n` +
      'start what is missing for as long as you need it:\n\n  archgen services -- npm run dev\n',
  );
}

async function prepareDatabase() {
  const config = loadDatabaseConfig();
  const applied = await migrate(config.DATABASE_DIRECT_URL ?? config.DATABASE_URL, {
    statementMs: config.DATABASE_STATEMENT_MS,
  });
  for (const name of applied) console.log(`migrated: ${name}`);
}

async function createKey() {
  let key = '';
  await withDatabase(async (db) => {
    key = await new KeyStore(db).create('dev', ['admin']);
  });
  return key;
}

async function plan(port: number): Promise<DevProcess[]> {
  const env: NodeJS.ProcessEnv = {
    PORT: String(port),
    HOST: process.env.HOST || '127.0.0.1',
    SHUTDOWN_DRAIN_MS: '0',
  };
  const processes: DevProcess[] = [];
  if (!process.env.AI_BASE_URL) {
    const aiPort = await freePort(8089);
    env.AI_BASE_URL = `http://127.0.0.1:${aiPort}/v1`;
    const fake = { FAKE_AI_PORT: String(aiPort) };
    processes.push(new DevProcess('fake-ai', runnable('src/dev/fake-ai.ts'), fake));
  }
  let opsPort = Number(process.env.OPS_PORT || 9400) - 1;
  const add = async (name: string, script: string) => {
    opsPort = await freePort(opsPort + 1);
    const own = { ...env, OPS_PORT: String(opsPort) };
    processes.push(new DevProcess(name, runnable(script), own));
  };
  await add('api', 'src/api.ts');
  for (let i = 1; i <= workers; i += 1) await add(`worker-${i}`, 'src/worker.ts');
  for (const name of otherProcesses) await add(name, `src/${name}.ts`);
  return processes;
}

function restartOnChange(processes: DevProcess[]) {
  let waiting: NodeJS.Timeout | undefined;
  const restart = async () => {
    try {
      await build();
      for (const process of processes) process.restart();
    } catch (error) {
      console.error((error as { stdout?: string }).stdout ?? error);
    }
  };
  watch('src', { recursive: true }, () => {
    clearTimeout(waiting);
    waiting = setTimeout(restart, 200);
  });
}

async function answers(port: number) {
  for (let i = 0; i < 100; i += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/v1/job-types`).catch(() => null);
    if (response?.ok) return true;
    await sleep(100);
  }
  return false;
}

const greeting = (port: number, key: string) => `
Ready. A job, and then its state (put its id in):

curl -i http://127.0.0.1:${port}/v1/jobs \\
  -H 'Authorization: Bearer ${key}' \\
  -H 'Content-Type: application/json' \\
  -d '{"type": "summarize", "input": {"text": "A long story."}}'

curl -i http://127.0.0.1:${port}/v1/jobs/ID \\
  -H 'Authorization: Bearer ${key}'

Ctrl-C ends everything.
`;

/** The whole service on this machine: migrated, watched, with a key to try it. */
await runCommand(async () => {
  const port = Number(process.env.PORT || 3000);
  if (!(await isFree(port))) {
    throw new Error(`Port ${port} is in use. Choose another: PORT=${port + 1} npm run dev`);
  }
  const stopServices = await findServices();
  await prepareDatabase();
  const key = await createKey();
  const processes = await plan(port);
  const stop = async () => {
    await Promise.all(processes.map((one) => one.stop()));
    await stopServices();
    process.exit();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop());
  // An npm that is ended by a signal leaves us behind.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && void stop(), 1000).unref();
  for (const one of processes) one.start();
  restartOnChange(processes);
  if (await answers(port)) console.log(greeting(port, key));
  else console.error('The api does not answer yet; its lines above say why');
});
