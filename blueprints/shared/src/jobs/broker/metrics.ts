import { Gauge, type Registry } from 'prom-client';
import type { Broker } from './broker.ts';

export function brokerMetrics(registry: Registry, broker: Broker) {
  new Gauge({
    name: 'jobs_broker_up',
    help: '1 while this worker reaches the broker; without it jobs wait in their table',
    registers: [registry],
    collect() {
      this.set(broker.available ? 1 : 0);
    },
  });
}
