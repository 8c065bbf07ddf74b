{% if queue_store == 'redis' %}
import type { Config } from '../config.ts';
import type { BootCheck } from '../ops/readiness.ts';
import { queuePolicyCheck } from '../redis/policy.ts';

/** What has to be seen once since boot, beside Postgres. */
export const bootChecks = (config: Config): BootCheck[] => [queuePolicyCheck(config.REDIS_URL)];
{% else %}
import type { Config } from '../config.ts';
import type { BootCheck } from '../ops/readiness.ts';

/** What has to be seen once since boot, beside Postgres. */
export const bootChecks = (_config: Config): BootCheck[] => [];
{% endif %}
