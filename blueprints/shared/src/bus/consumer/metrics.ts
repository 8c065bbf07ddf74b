import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type ConsumerMetrics = ReturnType<typeof consumerMetrics>;

const outcomes = ['handled', 'duplicate', 'failed', 'unreadable', 'handed_back'];

export interface Sources {
  /** Whether the broker delivers. */
  subscribed: () => boolean;
  /** Messages in the dead queue; undefined: it could not be asked. */
  dead: () => Promise<number | undefined>;
}

/** Deliveries by what became of them. */
export function consumerMetrics(registry: Registry, { subscribed, dead }: Sources) {
  const duration = new Histogram({
    name: 'bus_event_duration_seconds',
    help: 'How long handling a delivered event took, by what became of it',
    labelNames: ['outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  for (const outcome of outcomes) duration.zero({ outcome });
  const redeliveries = new Counter({
    name: 'bus_events_redelivered_total',
    help: 'Deliveries of events that had been delivered before',
    registers: [registry],
  });
  new Gauge({
    name: 'bus_consumer_up',
    help: '1 while the broker delivers to this consumer; without it events wait in their queue',
    registers: [registry],
    collect() {
      this.set(subscribed() ? 1 : 0);
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
    settled(outcome: string, seconds: number) {
      duration.observe({ outcome }, seconds);
    },
    redelivered() {
      redeliveries.inc();
    },
  };
}
