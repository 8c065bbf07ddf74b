import { expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { sizing } from '../src/sizing.ts';

const env = {
  DATABASE_URL: 'postgres://user@db/name',
  REDIS_URL: 'redis://redis',
  RABBITMQ_URL: 'amqp://rabbitmq',
  AI_BASE_URL: 'https://ai.example.com/v1',
};

test('the sizes are those of the brief, unless the environment says otherwise', () => {
  expect(loadConfig(env)).toMatchObject({
    WORKER_CONCURRENCY: sizing.worker_concurrency,
    AI_TIMEOUT_MS: sizing.ai_timeout_ms,
    JOB_MAX_ATTEMPTS: sizing.job_max_attempts,
  });
  expect(loadConfig({ ...env, WORKER_CONCURRENCY: '7', PORT: '' })).toMatchObject({
    WORKER_CONCURRENCY: 7,
    PORT: 3000,
  });
});

test('what may be 0 may be 0', () => {
  const config = loadConfig({ ...env, CACHE_L1_MB: '0', STALENESS_S: '0' });
  expect(config).toMatchObject({ CACHE_L1_MB: 0, STALENESS_S: 0 });
  expect(() => loadConfig({ ...env, STALENESS_S: '-1' })).toThrow('STALENESS_S');
});

test('all problems are named at once', () => {
  const wrong = { PORT: 'x', AI_BASE_URL: 'ftp://ai', JOB_LEASE_S: '0', LOG_LEVEL: 'loud' };
  expect(() => loadConfig({ ...env, ...wrong, DATABASE_URL: '' })).toThrow(
    /PORT .*\n.*DATABASE_URL is missing\n.*AI_BASE_URL must be a URL that starts with http:\/\/[^\n]*\n.*JOB_LEASE_S .*\n.*LOG_LEVEL /,
  );
});

test('webhooks go to public addresses, ten times within four days, unless told otherwise', () => {
  const { WEBHOOK_ALLOW_CIDRS, WEBHOOK_SCHEDULE_MS } = loadConfig(env);
  expect([WEBHOOK_ALLOW_CIDRS, WEBHOOK_SCHEDULE_MS.length]).toEqual([[], 9]);
  const given = { WEBHOOK_ALLOW_CIDRS: '10.0.0.0/8, fd00::/8', WEBHOOK_SCHEDULE_MS: '10,20' };
  const config = loadConfig({ ...env, ...given });
  const blocks = config.WEBHOOK_ALLOW_CIDRS.map(([network, bits]) => `${network}/${bits}`);
  expect([blocks, config.WEBHOOK_SCHEDULE_MS]).toEqual([
    ['10.0.0.0/8', 'fd00::/8'],
    [10, 20],
  ]);
});

test.each([
  ['WEBHOOK_ALLOW_CIDRS', '10.0.0.0/8,intranet'],
  ['WEBHOOK_ALLOW_CIDRS', '10/8'],
  ['WEBHOOK_ALLOW_CIDRS', '10.0.0.1'],
  ['WEBHOOK_SCHEDULE_MS', '10,soon'],
  ['WEBHOOK_SCHEDULE_MS', '10,,20'],
])('%s is refused as %s', (name, value) => {
  expect(() => loadConfig({ ...env, [name]: value })).toThrow(name);
});

test('a stored answer must not outlive its job', () => {
  const short = { ...env, RETENTION_DAYS: '1', IDEMPOTENCY_TTL_H: '25' };
  expect(() => loadConfig(short)).toThrow('IDEMPOTENCY_TTL_H must not exceed RETENTION_DAYS');
});
