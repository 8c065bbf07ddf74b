{% if queue_store == 'redis' %}
import type { Consume } from '../jobs/broker/broker.ts';
import { BullBroker } from '../jobs/broker/bullmq.ts';
import { brokerMetrics } from '../jobs/broker/metrics.ts';
import { BrokerTransport } from '../jobs/broker/transport.ts';
import type { OnEvents } from '../jobs/model.ts';
import type { Transport } from '../jobs/transport.ts';
import type { Base } from '../process.ts';

/** How jobs come to this worker: through BullMQ. The store claims them, and tells of it. `take`: who
 *  takes the messages, unless the broker itself. */
export function createTransport(base: Base, _onEvents: OnEvents, take?: Consume): Transport {
  const { config, db, registry, log } = base;
  const broker = new BullBroker(config.REDIS_URL, config.QUEUE_NAME, log);
  brokerMetrics(registry, broker);
  const pollMs = config.JOB_POLL_MS;
  return new BrokerTransport({ db, broker, take: take ?? broker.consume, pollMs, log });
}
{% else %}
import type { OnEvents } from '../jobs/model.ts';
import { PostgresTransport } from '../jobs/postgres/transport.ts';
import type { Transport } from '../jobs/transport.ts';
import type { Base } from '../process.ts';

/** How jobs come to this worker: straight from their table. */
export function createTransport({ config, db, log }: Base, onEvents: OnEvents): Transport {
  const options = { leaseS: config.JOB_LEASE_S, pollMs: config.JOB_POLL_MS, onEvents };
  return new PostgresTransport(db, options, log);
}
{% endif %}
