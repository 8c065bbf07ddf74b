import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type ConsumerMetrics = ReturnType<typeof consumerMetrics>;

const results = ['handled', 'duplicate', 'failed', 'unreadable', 'handed_back'];

export interface Sources {
  /** Whether the broker can be talked to. */
  connected: () => boolean;
  /** Messages in the dead queue; undefined: it could not be asked. */
  dead: () => Promise<number | undefined>;
}

/** Deliveries by what became of them. */
export function consumerMetrics(registry: Registry, { connected, dead }: Sources) {
  const duration = new Histogram({
    name: 'bus_event_duration_seconds',
    help: 'How long handling a delivered event took, by what became of it',
    labelNames: ['result'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  for (const result of results) duration.zero({ result });
  const redeliveries = new Counter({
    name: 'bus_events_redelivered_total',
    help: 'Deliveries of events that had been delivered before',
    registers: [registry],
  });
  new Gauge({
    name: 'bus_consumer_up',
    help: '1 while this consumer reaches the broker; without it events wait in their queue',
    registers: [registry],
    collect() {
      this.set(connected() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'bus_dead_events',
    help: 'Events in the dead queue, which wait for a replay',
    registers: [registry],
    async collect() {
      const count = await dead();
      if (count !== undefined) this.set(count);
    },
  });
  return {
    settled(result: string, seconds: number) {
      duration.observe({ result }, seconds);
    },
    redelivered() {
      redeliveries.inc();
    },
  };
}
