import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { FaultProxy } from '../../../faults/proxy.ts';
import { BullBroker } from '../../../src/jobs/broker/bullmq.ts';
import { brokerMetrics } from '../../../src/jobs/broker/metrics.ts';
import { silent } from '../../support/log.ts';
import { testPort } from '../../support/processes.ts';
import { until } from '../../support/wait.ts';

test('a broker whose first connection breaks publishes once Redis is back', async () => {
  const proxy = await FaultProxy.open(process.env.REDIS_URL ?? '', await testPort());
  // BullMQ's own first look at Redis is on its way when the connection breaks.
  proxy.slow({ latencyMs: 100 });
  const broker = new BullBroker(proxy.url, `test_${randomUUID()}`, silent);
  const registry = new Registry();
  brokerMetrics(registry, broker);
  await until('Redis', () => broker.available);
  expect(await registry.metrics()).toContain('jobs_broker_up 1');
  proxy.refuse();
  proxy.cut();
  await until('its loss', () => !broker.available);
  expect(await registry.metrics()).toContain('jobs_broker_up 0');
  await sleep(500);
  await proxy.heal();

  const run = { id: randomUUID(), run: 1 };
  const message = { ...run, priority: 2, traceparent: '' };
  await until('the message to be published', async () => {
    if (!broker.available) return false;
    return broker.publish([message]).then(
      () => true,
      () => false,
    );
  });
  expect(await broker.lost([run])).toEqual([]);
  await broker.close();
  proxy.close();
});
