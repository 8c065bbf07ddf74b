/** The sizes that the brief computed (docs/architecture.md shows the arithmetic).
 *  The environment variable of the same name, in capitals, overrides each; RATE_LIMIT_RPS peak_rps.
 *  p95_ms and longest_operation_s are promises, which metrics are measured by: nothing overrides them. */
export const sizing = {
  api_pool: {{ size.api_pool }},
  worker_pool: {{ size.worker_pool }},
  worker_concurrency: {{ size.worker_concurrency }},
  job_max_attempts: {{ size.job_max_attempts }},
  job_backoff_ms: {{ size.job_backoff_ms }},
  job_lease_s: {{ size.job_lease_s }},
  shutdown_grace_s: {{ size.shutdown_grace_s }},
  ai_timeout_ms: {{ size.ai_timeout_ms }},
  ai_typical_ms: {{ size.ai_typical_ms }},
  poll_after_s: {{ size.poll_after_s }},
  cache_l1_mb: {{ size.cache_l1_mb }},
  staleness_s: {{ size.staleness_s }},
  stream_connections: {{ size.stream_connections }},
  webhook_concurrency: {{ size.webhook_concurrency }},
  retention_days: {{ size.retention_days }},
  peak_rps: {{ size.peak_rps }},
  p95_ms: {{ size.p95_ms }},
  longest_operation_s: {{ size.longest_operation_s }},
  job_wait_s: {{ size.job_wait_s }},
  max_queue_depth: {{ size.max_queue_depth }},
};
