import type { Base } from '../process.ts';
import { EventHub } from './hub.ts';
import { streamMetrics } from './metrics.ts';

/** The streams of one api process, measured. */
export function createHub({ config, db, log, registry }: Omit<Base, 'readiness'>): EventHub {
  const options = {
    db,
    listenUrl: config.DATABASE_DIRECT_URL ?? config.DATABASE_URL,
    max: config.STREAM_CONNECTIONS,
    pollMs: config.STREAM_POLL_MS,
  };
  const hub = new EventHub(options, log);
  streamMetrics(registry, hub);
  return hub;
}
