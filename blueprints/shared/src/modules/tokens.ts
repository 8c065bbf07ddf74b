{% if queue_store == 'redis' %}
import { RedisTokens } from '../backpressure/redis-tokens.ts';
import type { TokenSource } from '../backpressure/tokens.ts';
import type { Base } from '../process.ts';

/** Where all api processes keep the rate limits: in the queue's Redis. */
export function createTokens({ config, log }: Base): TokenSource {
  const policy = { rps: config.RATE_LIMIT_RPS, burst: config.RATE_LIMIT_BURST };
  return new RedisTokens(config.REDIS_URL, config.QUEUE_NAME, policy, log);
}
{% else %}
import { PostgresTokens } from '../backpressure/postgres-tokens.ts';
import type { TokenSource } from '../backpressure/tokens.ts';
import type { Base } from '../process.ts';

/** Where all api processes keep the rate limits: in Postgres. */
export function createTokens({ config, db }: Base): TokenSource {
  return new PostgresTokens(db, { rps: config.RATE_LIMIT_RPS, burst: config.RATE_LIMIT_BURST });
}
{% endif %}
