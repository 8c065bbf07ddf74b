import type { Logger } from '../logger.ts';
import type { JobMetrics } from '../ops/metrics.ts';
import { traceIdOf } from '../trace.ts';
import type { JobStore } from './store.ts';

const batchSize = 500;
const expired = {
  name: 'LeaseExpired',
  message: 'The worker stopped renewing its lease: it died, hung or lost the database',
  stack: '',
};

/** Takes jobs from workers that no longer answer for them. Answers whether there may be more. */
export async function sweep(store: JobStore, metrics: JobMetrics, log: Logger): Promise<boolean> {
  const jobs = await store.expire(expired, batchSize);
  for (const { id, type, status, failures, traceparent } of jobs) {
    metrics.expired(type, status);
    log.warn({ job_id: id, status, failures, trace_id: traceIdOf(traceparent) }, 'lease expired');
  }
  return jobs.length === batchSize;
}
