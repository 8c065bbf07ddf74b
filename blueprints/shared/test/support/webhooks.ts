import ipaddr from 'ipaddr.js';
import { Registry } from 'prom-client';
import { afterAll } from 'vitest';
import { JobStore } from '../../src/jobs/store.ts';
import { createWebhookAgent } from '../../src/webhooks/agent.ts';
import { Deliverer } from '../../src/webhooks/deliverer.ts';
import { Deliveries } from '../../src/webhooks/deliveries.ts';
import { webhookMetrics } from '../../src/webhooks/metrics.ts';
import { WebhookSender } from '../../src/webhooks/sender.ts';
import type { TestDatabase } from './database.ts';
import { createJob } from './jobs.ts';
import { silent } from './log.ts';
import { type Answer, type Receiver, startReceiver } from './receiver.ts';

export const loopback = [ipaddr.parseCIDR('127.0.0.0/8')];
const leaseMs = 60_000;

/** Starts receivers of webhooks; none outlives the file. */
export function receivers(): (answer?: Answer) => Promise<Receiver> {
  const started: Receiver[] = [];
  afterAll(() => {
    for (const receiver of started) receiver[Symbol.dispose]();
  });
  return async (answer) => {
    const receiver = await startReceiver(answer);
    started.push(receiver);
    return receiver;
  };
}

/** What a worker does about webhooks, to receivers on this machine. */
export function testDeliverer(
  { db }: TestDatabase,
  { schedule = [10], timeoutMs = 5000, concurrency = 8 } = {},
) {
  const registry = new Registry();
  const deliverer = new Deliverer({
    deliveries: new Deliveries(db, leaseMs),
    sender: new WebhookSender({ agent: createWebhookAgent(loopback), timeoutMs }),
    schedule,
    concurrency,
    metrics: webhookMetrics(registry, db),
    log: silent,
    pollMs: 20,
  });
  deliverer.start();
  const stop = async () => {
    deliverer.abort();
    await deliverer.close();
  };
  return { registry, stop, [Symbol.asyncDispose]: stop };
}

/** The deliveries themselves, for a test that stands in for a worker. */
export const testDeliveries = ({ db }: TestDatabase) => new Deliveries(db, leaseMs);

/** Ends a job that has a webhook; answers its id. */
export async function endJob(
  { db }: TestDatabase,
  webhookUrl: string,
  { how = 'succeeded', tenant = 't1' } = {},
) {
  const store = new JobStore(db, { leaseS: 30, backoffMs: 1 });
  const run = await createJob(store, { webhookUrl, tenant });
  if (how === 'cancelled') {
    await store.cancel(run.id, tenant);
    return run.id;
  }
  await store.claim(run);
  const error = { name: 'Error', message: 'wrong', stack: 'Error: wrong\n    at here' };
  if (how === 'succeeded') await store.finish(run, { summary: 'short' });
  else await store.fail({ ...run, error, permanent: true });
  return run.id;
}

/** The delivery of a job's end. */
export async function deliveryOf({ pool }: TestDatabase, jobId: string) {
  const values = [jobId];
  const { rows } = await pool.query('SELECT * FROM webhook_deliveries WHERE job_id = $1', values);
  return rows[0];
}

/** Pretends that so many seconds have passed for a delivery. */
export async function ageDelivery({ pool }: TestDatabase, jobId: string, seconds: number) {
  await pool.query(
    "UPDATE webhook_deliveries SET due_at = due_at - $2 * interval '1 second' WHERE job_id = $1",
    [jobId, seconds],
  );
}
