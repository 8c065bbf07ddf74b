import { createAi } from '../ai/create.ts';
import { Doorbell } from '../events/doorbell.ts';
import { createRetention } from '../modules/retention.ts';
import { createTransport } from '../modules/transport.ts';
import { jobMetrics } from '../ops/metrics.ts';
import { Dependency, type DependencyOptions } from '../outgoing/dependency.ts';
import { outgoingMetrics } from '../outgoing/metrics.ts';
import type { Base, Service } from '../process.ts';
import { createDeliverer } from '../webhooks/create.ts';
import { createWork } from '../work.ts';
import { createStore } from './create.ts';
import { checkHandlers } from './handlers.ts';
import { Leases } from './leases.ts';
import { Runner } from './runner.ts';
import { createHandlers, jobTypes } from './types/index.ts';

export function createWorker(base: Base): Service {
  const { config, log, db, registry } = base;
  const { ring: onEvents } = new Doorbell(db, log);
  const store = createStore(base, onEvents);
  const leases = new Leases(store, config.JOB_LEASE_S, log);
  const metrics = jobMetrics(registry, jobTypes);
  const outgoing = outgoingMetrics(registry);
  const dependency = (options: DependencyOptions) => new Dependency(options, outgoing);
  const ai = createAi(config, dependency);
  const handlers = createHandlers({ ai, config, db, dependency });
  checkHandlers(jobTypes, handlers);
  return createWork(base, {
    store,
    leases,
    runner: new Runner({ store, leases, handlers, metrics, slots: config.WORKER_CONCURRENCY, log }),
    transport: createTransport(base, onEvents),
    webhooks: createDeliverer(base),
    retention: createRetention(base),
    metrics,
    ai,
  });
}
