import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { processes, testPort } from '../support/processes.ts';
import { until } from '../support/wait.ts';

const database = testDatabase();
const start = processes();

test('without Redis a process is live, not ready, and says what is missing', async () => {
  const opsPort = await testPort();
  const worker = start('src/worker.ts', {
    DATABASE_URL: database.url,
    REDIS_URL: 'redis://127.0.0.1:1',
    AI_BASE_URL: 'http://127.0.0.1:1/v1',
    OPS_PORT: String(opsPort),
    HOST: '127.0.0.1',
  });
  const ops = `http://127.0.0.1:${opsPort}`;
  const live = await until('live', () => fetch(`${ops}/health/live`).catch(() => null));
  expect(live.status).toBe(200);
  const ready = await fetch(`${ops}/health/ready`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { redis: 'not yet seen since boot' } });
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});
