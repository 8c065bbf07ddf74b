import { count } from '../../variables.ts';

export const consumerVariables = {
  /** Connections to Postgres of one consumer process: what it does at once is put into one statement. */
  CONSUMER_POOL: count(3, 100),
  /** Events that one consumer process has at once. */
  CONSUMER_PREFETCH: count(100, 2000),
  /** The pause before an event that failed is delivered again; it doubles each time, up to a minute. */
  CONSUMER_RETRY_MS: count(1000, 60_000),
};
