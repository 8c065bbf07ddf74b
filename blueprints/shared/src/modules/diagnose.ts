import type { RedisSource } from '../diagnose/redis-look.ts';
{% if queue_store == 'redis' or caching == 'two-tier' %}
import { redisSource } from '../diagnose/redis-source.ts';

/** The variables that may say where a Redis is. */
const variables = [{% if queue_store == 'redis' %}'REDIS_URL'{% endif %}{% if queue_store == 'redis' and caching == 'two-tier' %}, {% endif %}{% if caching == 'two-tier' %}'CACHE_REDIS_URL'{% endif %}];

/** Every Redis of the service. */
export const redisSources = (env: NodeJS.ProcessEnv): RedisSource[] =>
  variables.flatMap((name) => (env[name] ? [redisSource(name, env[name])] : []));
{% else %}

/** The service has no Redis. */
export const redisSources = (_env: NodeJS.ProcessEnv): RedisSource[] => [];
{% endif %}
