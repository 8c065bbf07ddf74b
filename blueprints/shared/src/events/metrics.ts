import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventHub } from './hub.ts';

export function streamMetrics(registry: Registry, hub: EventHub) {
  const registers = [registry];
  new Gauge({
    name: 'http_event_streams',
    help: 'Open event streams of this process',
    registers,
    collect() {
      this.set(hub.open);
    },
  });
  new Counter({
    name: 'http_events_sent_total',
    help: 'Events sent on streams',
    registers,
    collect() {
      this.reset();
      this.inc(hub.sent);
    },
  });
  new Gauge({
    name: 'database_listening',
    help: '1 while notifications of events arrive; streams poll without them',
    registers,
    collect() {
      this.set(hub.listening ? 1 : 0);
    },
  });
}
