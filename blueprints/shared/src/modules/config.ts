import { backpressureVariables } from '../backpressure/variables.ts';
{% if event_bus == 'rabbitmq' %}
import { consumerVariables } from '../bus/consumer/variables.ts';
import { busVariables } from '../bus/variables.ts';
{% endif %}
{% if caching == 'two-tier' %}
import { sharedCacheVariables } from '../cache/redis/variables.ts';
{% endif %}
import { cacheVariables } from '../cache/variables.ts';
{% if database == 'replicas' %}
import { replicaVariables } from '../database/replica/variables.ts';
{% endif %}
{% if queue_store == 'redis' %}
import { queueVariables } from '../redis/variables.ts';
{% endif %}
import { tracingVariables } from '../tracing/variables.ts';
import { webhookVariables } from '../webhooks/variables.ts';

/** The environment of the modules. */
export const moduleVariables = {
{% if queue_store == 'redis' %}
  ...queueVariables,
{% endif %}
  ...backpressureVariables,
{% if event_bus == 'rabbitmq' %}
  ...busVariables,
  ...consumerVariables,
{% endif %}
  ...cacheVariables,
{% if caching == 'two-tier' %}
  ...sharedCacheVariables,
{% endif %}
{% if database == 'replicas' %}
  ...replicaVariables,
{% endif %}
  ...tracingVariables,
  ...webhookVariables,
};

/** The variables that say where the service's services are. */
export const serviceVariables = ['DATABASE_URL'{% if queue_store == 'redis' %}, 'REDIS_URL'{% endif %}{% if event_bus == 'rabbitmq' %}, 'RABBITMQ_URL'{% endif %}];
