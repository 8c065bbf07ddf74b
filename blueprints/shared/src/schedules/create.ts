import { jobTypes } from '../jobs/types/index.ts';
import type { Base } from '../process.ts';
import { scheduleMetrics } from './metrics.ts';
import { Ticker } from './ticker.ts';

/** A worker's part in the schedules. */
export const createTicker = ({ config, db, registry, log }: Omit<Base, 'readiness'>): Ticker =>
  new Ticker(
    db,
    {
      types: jobTypes,
      maxAttempts: config.JOB_MAX_ATTEMPTS,
      keyTtlH: config.IDEMPOTENCY_TTL_H,
      metrics: scheduleMetrics(registry, db, jobTypes),
    },
    log,
  );
