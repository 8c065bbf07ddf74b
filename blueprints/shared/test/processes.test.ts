import { afterAll, beforeAll, expect, test } from 'vitest';
import { forget, namedBy } from '../faults/modules/queue.ts';
import { KeyStore } from '../src/auth/keys.ts';
import { testDatabase } from './support/database.ts';
import { processes, testPort } from './support/processes.ts';
import { until } from './support/wait.ts';

const database = testDatabase();
const name = () => new URL(database.url).pathname.slice(1);
// What is named first ends last.
afterAll(() => forget(name()));
const start = processes();
let env: NodeJS.ProcessEnv;
let base: string;
let headers: Record<string, string>;

beforeAll(async () => {
  const [port, aiPort] = [await testPort(), await testPort()];
  base = `http://127.0.0.1:${port}`;
  env = {
    DATABASE_URL: database.url,
    DATABASE_DIRECT_URL: '',
    ...namedBy(name()),
    AI_BASE_URL: `http://127.0.0.1:${aiPort}/v1`,
    JOB_LEASE_S: '2',
    JOB_BACKOFF_MS: '50',
    SHUTDOWN_GRACE_S: '4',
    SHUTDOWN_DRAIN_MS: '100',
    HOST: '127.0.0.1',
  };
  const key = await new KeyStore(database.db).create('t1', ['admin']);
  headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  start('src/dev/fake-ai.ts', { FAKE_AI_PORT: String(aiPort), FAKE_AI_DELAY_MS: '20' });
  start('src/api.ts', { ...env, PORT: String(port), OPS_PORT: String(await testPort()) });
  await until('the api', () => fetch(`${base}/v1/job-types`).catch(() => null));
});

const startWorker = async () => {
  const opsPort = await testPort();
  const worker = start('src/worker.ts', { ...env, OPS_PORT: String(opsPort) });
  return { ...worker, ops: `http://127.0.0.1:${opsPort}` };
};

async function submit(text: string): Promise<string> {
  const body = JSON.stringify({ type: 'summarize', input: { text } });
  const response = await fetch(`${base}/v1/jobs`, { method: 'POST', headers, body });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

async function jobOf(id: string) {
  const response = await fetch(`${base}/v1/jobs/${id}`, { headers });
  return (await response.json()) as { status: string; attempts: number; result?: unknown };
}

const ending = (id: string, status: string) =>
  until(`${id} to be ${status}`, async () => {
    const job = await jobOf(id);
    return job.status === status && job;
  });

test('a job goes from request to result, and fails and comes back as its script says', async () => {
  const worker = await startWorker();
  const [good, retried, dead] = await Promise.all([
    submit('a text'),
    submit('[[fail:500x2]]'),
    submit('[[fail:400x1]]'),
  ]);
  expect(await ending(good, 'succeeded')).toMatchObject({
    attempts: 1,
    result: { summary: 'Summary: a text' },
  });
  expect(await ending(retried, 'succeeded')).toMatchObject({ attempts: 3 });
  await ending(dead, 'dead');

  const letters = await fetch(`${base}/v1/dead-letters`, { headers });
  const { items } = (await letters.json()) as { items: { id: string; job_id: string }[] };
  const url = `${base}/v1/dead-letters/${items[0]?.id}/replay`;
  const replayed = await fetch(url, {
    method: 'POST',
    headers: { authorization: headers.authorization ?? '' },
  });
  expect(replayed.status).toBe(202);
  await ending(dead, 'succeeded');

  const metrics = await (await fetch(`${worker.ops}/metrics`)).text();
  expect(metrics).toMatch(/job_runs_total\{type="summarize",status="succeeded"\} 3/);
  expect(metrics).toContain('jobs_unfinished{state="active"} 0');
  expect(metrics).toContain('job_runs_total{type="summarize",status="fenced"} 0');
  expect(metrics).toMatch(/^process_memory_limit_bytes [1-9]/m);
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});

test('a worker that is killed loses nothing: another finishes its job', async () => {
  const first = await startWorker();
  const id = await submit('[[delay:3000]]');
  await ending(id, 'active');
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await startWorker();
  expect(await ending(id, 'succeeded')).toMatchObject({ attempts: 2 });
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('a worker that is stopped hands back what it cannot finish', async () => {
  const worker = await startWorker();
  const id = await submit('[[delay:20000]]');
  await ending(id, 'active');
  worker.child.kill('SIGTERM');
  await ending(id, 'queued');
  expect(await worker.ended).toBe(0);
  expect(await jobOf(id)).toMatchObject({ attempts: 0 });
});

test('a process with a wrong environment says all of it and ends', async () => {
  const wrong = start('src/worker.ts', { ...env, AI_BASE_URL: '', PORT: 'x' });
  expect(await wrong.ended).toBe(1);
  expect(wrong.output()).toMatch(/PORT .*\n.*AI_BASE_URL is missing/);
});
