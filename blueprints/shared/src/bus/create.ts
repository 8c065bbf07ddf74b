import type { Base } from '../process.ts';
import { busMetrics } from './metrics.ts';
import { RabbitPublisher } from './publisher.ts';
import { Relay } from './relay.ts';

/** A worker's part in bringing events to RabbitMQ. */
export function createBus({ config, db, registry, log }: Base): Relay {
  const publisher = new RabbitPublisher(config, log);
  const metrics = busMetrics(registry, db, publisher);
  return new Relay({ db, publisher, metrics, log });
}
