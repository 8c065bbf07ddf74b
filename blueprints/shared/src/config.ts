import { z } from 'zod';
import service from '../package.json' with { type: 'json' };
import { sizing } from './sizing.ts';

const count = (fallback: number, max: number) =>
  z.coerce.number().int().min(1).max(max).default(fallback);
const port = (fallback: number) => z.coerce.number().int().min(0).max(65535).default(fallback);
const url = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join('|')})$`),
    error: (issue) =>
      issue.input === undefined
        ? 'is missing'
        : `must be a URL that starts with ${protocols.map((p) => `${p}://`).join(' or ')}`,
  });

const variables = z.object({
  PORT: port(3000),
  OPS_PORT: port(9400),
  HOST: z.string().min(1).default('0.0.0.0'),
  DATABASE_URL: url('postgres', 'postgresql'),
  DATABASE_DIRECT_URL: url('postgres', 'postgresql').optional(),
  /** How long a query may wait for a free connection before it is refused. */
  DATABASE_ACQUIRE_MS: count(2000, 60_000),
  DATABASE_STATEMENT_MS: count(10_000, 600_000),
  REDIS_URL: url('redis', 'rediss'),
  /** The broker's queue: services that share a Redis must not share it. */
  QUEUE_NAME: z
    .string()
    .regex(/^[^:]+$/, 'must not hold a colon')
    .default(service.name),
  AI_BASE_URL: url('http', 'https'),
  AI_API_KEY: z.string().default(''),
  AI_MODEL: z.string().min(1).default('default'),
  AI_TIMEOUT_MS: count(sizing.ai_timeout_ms, 3_600_000),
  /** Calls at once from one worker: fewer than WORKER_CONCURRENCY keep slots for other work. */
  AI_CONCURRENCY: z.coerce.number().int().min(1).max(10_000).optional(),
  /** Requests a second of one tenant, and how many it may make at once after a rest. */
  RATE_LIMIT_RPS: count(sizing.peak_rps, 1_000_000),
  RATE_LIMIT_BURST: count(10 * sizing.peak_rps, 10_000_000),
  /** Jobs are refused when they would wait ten times as long … */
  JOB_WAIT_S: count(sizing.job_wait_s, 86_400),
  /** … or so many wait already. */
  MAX_QUEUE_DEPTH: count(sizing.max_queue_depth, 100_000_000),
  /** Requests are refused when the event loop is as late as this, on average over a second. */
  MAX_EVENT_LOOP_DELAY_MS: count(250, 60_000),
  /** When a client should ask again after an unfinished job. */
  POLL_AFTER_S: count(sizing.poll_after_s, 86_400),
  API_POOL: count(sizing.api_pool, 1000),
  WORKER_POOL: count(sizing.worker_pool, 1000),
  WORKER_CONCURRENCY: count(sizing.worker_concurrency, 10_000),
  JOB_MAX_ATTEMPTS: count(sizing.job_max_attempts, 100),
  JOB_BACKOFF_MS: count(sizing.job_backoff_ms, 3_600_000),
  JOB_LEASE_S: count(sizing.job_lease_s, 3600),
  IDEMPOTENCY_TTL_H: count(24, 720),
  RETENTION_DAYS: count(sizing.retention_days, 3650),
  SHUTDOWN_GRACE_S: count(sizing.shutdown_grace_s, 3600),
  /** How long a stopping process still answers, so that load balancers notice. */
  SHUTDOWN_DRAIN_MS: z.coerce.number().int().min(0).max(600_000).default(1000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** Commands on the database need no more than this. */
const databaseVariables = variables.pick({
  DATABASE_URL: true,
  DATABASE_DIRECT_URL: true,
  DATABASE_ACQUIRE_MS: true,
  DATABASE_STATEMENT_MS: true,
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

export class ConfigError extends Error {
  override name = 'ConfigError';
}

export const loadConfig = (env = process.env): Config => load(environment, env);
export const loadDatabaseConfig = (env = process.env): DatabaseConfig =>
  load(databaseVariables, env);

/** Throws one ConfigError that names every problem. An empty variable counts as unset. */
function load<Schema extends z.ZodType>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
  throw new ConfigError(
    `The environment does not fit:\n${problems.join('\n')}\nREADME.md lists every variable.`,
  );
}
