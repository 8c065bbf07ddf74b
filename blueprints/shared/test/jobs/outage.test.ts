import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { AiClient } from '../../src/ai/client.ts';
import { loadConfig } from '../../src/config.ts';
import { Leases } from '../../src/jobs/leases.ts';
import { Runner } from '../../src/jobs/runner.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { defineHandler, defineType } from '../../src/jobs/type.ts';
import { summarizeWith } from '../../src/jobs/types/summarize/handler.ts';
import { startLoop } from '../../src/loop.ts';
import { createTransport } from '../../src/modules/transport.ts';
import { jobMetrics } from '../../src/ops/metrics.ts';
import type { Base } from '../../src/process.ts';
import { completion, type TestAi, testAi } from '../support/ai.ts';
import { testDatabase } from '../support/database.ts';
import { createJob } from '../support/jobs.ts';
import { silent } from '../support/log.ts';
import { until } from '../support/wait.ts';

const database = testDatabase();

const other = defineHandler(
  defineType({
    name: 'other',
    description: 'Calls nobody',
    input: z.strictObject({ text: z.string() }),
    result: z.object({}),
    deadlineMs: 30_000,
  }),
  async () => ({}),
);

/** A worker of ten slots, on the service's own transport. */
function startWorker(ai: AiClient) {
  const config = loadConfig({
    ...process.env,
    AI_BASE_URL: 'http://nowhere',
    QUEUE_NAME: `test_${randomUUID()}`,
  });
  const { db } = database;
  const registry = new Registry();
  const transport = createTransport({ config, db, registry, log: silent } as Base, () => {});
  const store = new JobStore(db, { leaseS: 30, backoffMs: 1 });
  const leases = new Leases(store, 30, silent);
  const metrics = jobMetrics(registry, []);
  const handlers = [summarizeWith(ai), other];
  const runner = new Runner({ store, leases, handlers, metrics, slots: 10, log: silent });
  const stops = transport.chores.map((chore) => startLoop(chore, silent));
  const consumer = transport.consume(runner, 10);
  const stop = async () => {
    await Promise.all(stops.map((stop) => stop()));
    leases.abortAll('shutdown');
    await consumer.close();
    await transport.close();
    await database.pool.query('TRUNCATE jobs');
  };
  const submit = (type: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => createJob(store, { type, maxAttempts: 20 })));
  return { submit, [Symbol.asyncDispose]: stop };
}

async function count(condition: string): Promise<number> {
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS count FROM jobs WHERE ${condition}`,
  );
  return rows[0].count;
}

function retriesOf({ calls }: TestAi) {
  const jobs = new Set(calls.map(({ headers }) => headers['idempotency-key']));
  return calls.length - jobs.size;
}

test('an outage postpones jobs untried, and they are done when it is over', async () => {
  const breaker = { openMs: 100, longestOpenMs: 400 };
  // A scarce one tells the few that were tried to wait for up to a minute or two.
  const retryBudget = { trickle: 100 };
  await using api = await testAi('never', { timeoutMs: 100, breaker, retryBudget });
  await using worker = startWorker(api.ai);
  await worker.submit('summarize', 300);
  await until('the breaker to open', () => api.api.breaker.state === 'open');
  await until('all to be postponed or failed', async () => (await count('run = 1')) === 0);
  await until('some probes', () => api.calls.length > 22);
  // Ten calls or a few more until it opened, and then the probes.
  expect(api.calls.length).toBeLessThan(60);
  expect(await count('failures = 0')).toBeGreaterThan(240);
  expect(await count("status = 'dead'")).toBe(0);

  api.reply = completion('short');
  await until('all to be done', async () => (await count("status = 'succeeded'")) === 300);
});

test('retries stay within a tenth of the calls and the trickle, whatever fails', async () => {
  const never = { minimumCalls: 10_000 };
  const retryBudget = { trickle: 2, capacity: 5 };
  const started = performance.now();
  await using api = await testAi('never', { timeoutMs: 50, breaker: never, retryBudget });
  await using worker = startWorker(api.ai);
  await worker.submit('summarize', 300);
  await until('all to be tried', async () => (await count('failures = 0')) === 0);
  await until('some retries', () => retriesOf(api) > 10);
  const seconds = (performance.now() - started) / 1000;
  const bound = 0.1 * api.calls.length + 5 + 2 * seconds;
  expect(retriesOf(api)).toBeLessThanOrEqual(bound);
});

test('jobs of another type do not wait for an API that hangs', async () => {
  await using api = await testAi('never', { timeoutMs: 60_000, concurrency: 4, queueMs: 500 });
  await using worker = startWorker(api.ai);
  await worker.submit('summarize', 100);
  await until('its bulkhead to be full', () => api.api.bulkhead.inUse === 4);
  await worker.submit('other', 100);
  const done = async () => (await count("type = 'other' AND status = 'succeeded'")) === 100;
  await until('the others to be done', done);
  expect(api.calls).toHaveLength(4);
});
