{% if queue_store == 'redis' %}
import { RedisTokens } from '../backpressure/redis-tokens.ts';
import type { TokenSource } from '../backpressure/tokens.ts';
import { ratePolicy } from '../backpressure/variables.ts';
import type { Base } from '../process.ts';

/** Where all api processes keep the rate limits: in the queue's Redis. */
export function createTokens({ config, log }: Base): TokenSource {
  return new RedisTokens(config.REDIS_URL, config.QUEUE_NAME, ratePolicy(config), log);
}
{% else %}
import { PostgresTokens } from '../backpressure/postgres-tokens.ts';
import type { TokenSource } from '../backpressure/tokens.ts';
import { ratePolicy } from '../backpressure/variables.ts';
import type { Base } from '../process.ts';

/** Where all api processes keep the rate limits: in Postgres. */
export function createTokens({ config, db }: Base): TokenSource {
  return new PostgresTokens(db, ratePolicy(config));
}
{% endif %}
