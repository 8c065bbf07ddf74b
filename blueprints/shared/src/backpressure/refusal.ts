import { Problem } from '../http/problem.ts';

/** A tenant past its rate, a late event loop, a full queue, no room for a stream. */
export const reasons = ['rate', 'event_loop', 'queue', 'streams'] as const;
export type Reason = (typeof reasons)[number];

export interface RefusalOptions {
  status: 429 | 503;
  detail: string;
  /** When to try again: in so many seconds, at least 1. */
  waitS: number;
}

/** A request with which nothing is wrong is refused all the same. */
export class Refusal extends Problem {
  readonly reason: Reason;

  constructor(reason: Reason, { status, detail, waitS }: RefusalOptions) {
    super(status, detail, { headers: { 'retry-after': String(Math.max(1, Math.ceil(waitS))) } });
    this.reason = reason;
  }
}
