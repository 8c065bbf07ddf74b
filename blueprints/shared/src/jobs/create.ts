import type { Reader } from '../database/database.ts';
import { Doorbell } from '../events/doorbell.ts';
import type { Base } from '../process.ts';
import { WebhookTargets } from '../webhooks/targets.ts';
import { DeadLetters } from './dead-letters.ts';
import type { OnEvents } from './model.ts';
import { JobReader } from './reader.ts';
import { JobService } from './service.ts';
import { JobStore } from './store.ts';

export const createStore = (
  { config, db }: Pick<Base, 'config' | 'db'>,
  onEvents: OnEvents,
): JobStore =>
  new JobStore(db, { leaseS: config.JOB_LEASE_S, backoffMs: config.JOB_BACKOFF_MS, onEvents });

/** What the routes of jobs do, on the service's database. */
export function createJobService(
  { config, db, log }: Pick<Base, 'config' | 'db' | 'log'>,
  reads: Reader,
): JobService {
  const { ring: onEvents } = new Doorbell(db, log);
  const store = createStore({ config, db }, onEvents);
  return new JobService({
    store,
    reader: new JobReader(db, reads),
    letters: new DeadLetters(db, { reads, onEvents }),
    webhooks: new WebhookTargets(db, config.WEBHOOK_ALLOW_CIDRS),
    maxAttempts: config.JOB_MAX_ATTEMPTS,
    idempotencyTtlH: config.IDEMPOTENCY_TTL_H,
  });
}
