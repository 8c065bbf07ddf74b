import type { Base } from '../process.ts';
import { createWebhookAgent } from './agent.ts';
import { Deliverer } from './deliverer.ts';
import { Deliveries } from './deliveries.ts';
import { webhookMetrics } from './metrics.ts';
import { WebhookSender } from './sender.ts';

/** How much longer than an attempt a delivery is this worker's. */
const settleMs = 5000;

/** A worker's part in the deliveries. */
export function createDeliverer({ config, db, registry, log }: Base): Deliverer {
  const timeoutMs = config.WEBHOOK_TIMEOUT_MS;
  return new Deliverer({
    deliveries: new Deliveries(db, timeoutMs + settleMs),
    sender: new WebhookSender({ agent: createWebhookAgent(config.WEBHOOK_ALLOW_CIDRS), timeoutMs }),
    concurrency: config.WEBHOOK_CONCURRENCY,
    schedule: config.WEBHOOK_SCHEDULE_MS,
    metrics: webhookMetrics(registry, db),
    log,
  });
}
