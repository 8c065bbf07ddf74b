import type { Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import { queueMetrics } from '../ops/queue-metrics.ts';
{% if write_model == 'cqrs' %}
import { projectionMetrics } from '../usage/metrics.ts';
{% endif %}

/** What Postgres knows of the whole service. In every process: what tells of a queue must not be gone
 *  with its workers. */
export function serviceMetrics(registry: Registry, db: Database) {
  queueMetrics(registry, db);
{% if write_model == 'cqrs' %}
  projectionMetrics(registry, db);
{% endif %}
}
