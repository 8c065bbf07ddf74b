import { z } from 'zod';
import { sizing } from '../sizing.ts';
import { count } from '../variables.ts';
import type { RatePolicy } from './tokens.ts';

export const backpressureVariables = {
  /** Requests a second of one tenant, and how many it may make at once after a rest. */
  RATE_LIMIT_RPS: count(sizing.peak_rps, 1_000_000),
  // From 2 on: half of it is lent before the first lease.
  RATE_LIMIT_BURST: z.coerce.number().int().min(2).max(10_000_000).optional(),
  /** Jobs are refused when they would wait ten times as long … */
  JOB_WAIT_S: count(sizing.job_wait_s, 86_400),
  /** … or so many wait already. */
  MAX_QUEUE_DEPTH: count(sizing.max_queue_depth, 100_000_000),
  /** Requests are refused when the event loop is as late as this, on average over a second. */
  MAX_EVENT_LOOP_DELAY_MS: count(250, 60_000),
};

export function ratePolicy({
  RATE_LIMIT_RPS: rps,
  RATE_LIMIT_BURST: burst = 10 * rps,
}: {
  RATE_LIMIT_RPS: number;
  RATE_LIMIT_BURST?: number | undefined;
}): RatePolicy {
  return { rps, burst };
}
