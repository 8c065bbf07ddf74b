/** The sizes that the brief computed (docs/architecture.md shows the arithmetic).
 *  The environment variable of the same name, in capitals, overrides each. */
export const sizing = {
  api_pool: 3,
  worker_pool: 5,
  worker_concurrency: 15,
  job_max_attempts: 5,
  job_backoff_ms: 1000,
  job_lease_s: 30,
  shutdown_grace_s: 35,
  ai_timeout_ms: 37500,
  poll_after_s: 2,
  retention_days: 30,
};
