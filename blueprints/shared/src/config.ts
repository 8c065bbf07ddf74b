import { z } from 'zod';
import { moduleVariables } from './modules/config.ts';
import { breakerDefaults } from './outgoing/breaker.ts';
import { retryBudgetDefaults } from './outgoing/retry-budget.ts';
import { ownVariables } from './own.ts';
import { sizing } from './sizing.ts';
import { amount, count, port, url } from './variables.ts';

/** Event streams of one process: it has memory for 10,000, and a few are nothing to ask for. */
const streams = Math.max(100, Math.min(sizing.stream_connections, 10_000));

const variables = z.object({
  PORT: port(3000),
  OPS_PORT: port(9400),
  HOST: z.string().min(1).default('0.0.0.0'),
  DATABASE_URL: url('postgres', 'postgresql'),
  DATABASE_DIRECT_URL: url('postgres', 'postgresql').optional(),
  /** How long a query may wait for a free connection before it is refused. */
  DATABASE_ACQUIRE_MS: count(2000, 60_000),
  DATABASE_STATEMENT_MS: count(10_000, 600_000),
  ...moduleVariables,
  ...ownVariables,
  AI_BASE_URL: url('http', 'https'),
  AI_API_KEY: z.string().default(''),
  AI_MODEL: z.string().min(1).default('default'),
  AI_TIMEOUT_MS: count(sizing.ai_timeout_ms, 3_600_000),
  /** What a call usually takes: npm run diagnose compares with it. */
  AI_TYPICAL_MS: count(sizing.ai_typical_ms, 3_600_000),
  /** Calls at once from one worker: fewer than WORKER_CONCURRENCY keep slots for other work. */
  AI_CONCURRENCY: z.coerce.number().int().min(1).max(10_000).optional(),
  /** The breaker opens when most of the last calls failed, so many at least. */
  AI_BREAKER_CALLS: count(breakerDefaults.minimumCalls, 10_000),
  /** Retries of calls that one worker may make besides a tenth of its first calls. */
  AI_RETRIES_PER_S: z.coerce.number().min(0.01).max(10_000).default(retryBudgetDefaults.trickle),
  /** When a client should ask again after an unfinished job. */
  POLL_AFTER_S: count(sizing.poll_after_s, 86_400),
  API_POOL: count(sizing.api_pool, 1000),
  WORKER_POOL: count(sizing.worker_pool, 1000),
  WORKER_CONCURRENCY: count(sizing.worker_concurrency, 10_000),
  JOB_MAX_ATTEMPTS: count(sizing.job_max_attempts, 100),
  JOB_BACKOFF_MS: count(sizing.job_backoff_ms, 3_600_000),
  JOB_LEASE_S: count(sizing.job_lease_s, 3600),
  /** How often a worker without jobs looks for some that nobody told it of. */
  JOB_POLL_MS: count(100, 60_000),
  STREAM_CONNECTIONS: count(streams, 100_000),
  /** How often streams look for events of which no notification came. */
  STREAM_POLL_MS: count(2000, 60_000),
  IDEMPOTENCY_TTL_H: count(24, 720),
  RETENTION_DAYS: count(sizing.retention_days, 3650),
  SHUTDOWN_GRACE_S: count(sizing.shutdown_grace_s, 3600),
  /** How long a stopping process still answers, so that load balancers notice. */
  SHUTDOWN_DRAIN_MS: amount(1000, 600_000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** Commands on the database need no more than this. */
const databaseVariables = variables.pick({
  DATABASE_URL: true,
  DATABASE_DIRECT_URL: true,
  DATABASE_ACQUIRE_MS: true,
  DATABASE_STATEMENT_MS: true,
  JOB_MAX_ATTEMPTS: true,
});

const diagnoseVariables = variables.pick({
  DATABASE_URL: true,
  DATABASE_DIRECT_URL: true,
  JOB_WAIT_S: true,
  AI_TYPICAL_MS: true,
});

const environment = variables
  .refine((env) => env.IDEMPOTENCY_TTL_H <= env.RETENTION_DAYS * 24, {
    path: ['IDEMPOTENCY_TTL_H'],
    error: 'must not exceed RETENTION_DAYS: a stored answer needs its job',
  })
  .refine((env) => env.SHUTDOWN_DRAIN_MS < env.SHUTDOWN_GRACE_S * 1000, {
    path: ['SHUTDOWN_DRAIN_MS'],
    error: 'must be shorter than SHUTDOWN_GRACE_S',
  });

export type Config = z.output<typeof variables>;
export type DatabaseConfig = z.output<typeof databaseVariables>;

/** Which Postgres, and how long it may take. */
export const databaseOptions = (
  config: DatabaseConfig,
  { name, size }: { name: string; size: number },
) => ({
  url: config.DATABASE_URL,
  acquireMs: config.DATABASE_ACQUIRE_MS,
  statementMs: config.DATABASE_STATEMENT_MS,
  name,
  size,
});

export class ConfigError extends Error {
  override name = 'ConfigError';
}

export const loadConfig = (env = process.env): Config => load(environment, env);
export const loadDatabaseConfig = (env = process.env): DatabaseConfig =>
  load(databaseVariables, env);

export const loadDiagnoseConfig = (env = process.env) => load(diagnoseVariables, env);

/** What a schema reads of the environment. Throws one ConfigError that names every problem. An empty
 *  variable counts as unset. */
export function load<Schema extends z.ZodType>(
  schema: Schema,
  env = process.env,
): z.output<Schema> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
  throw new ConfigError(
    `The environment does not fit:\n${problems.join('\n')}\nREADME.md lists every variable.`,
  );
}
