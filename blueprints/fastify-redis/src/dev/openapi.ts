import { writeFile } from 'node:fs/promises';
import pg from 'pg';
import { Registry } from 'prom-client';
import { createApp } from '../app.ts';
import { LocalTokens } from '../backpressure/tokens.ts';
import { createLogger } from '../logger.ts';

/** Writes the committed copy of the API's description; a test compares the two. Nothing connects. */
const app = await createApp({
  config: {
    JOB_LEASE_S: 1,
    JOB_BACKOFF_MS: 1,
    JOB_MAX_ATTEMPTS: 1,
    IDEMPOTENCY_TTL_H: 1,
    POLL_AFTER_S: 1,
    JOB_WAIT_S: 1,
    MAX_QUEUE_DEPTH: 1,
    MAX_EVENT_LOOP_DELAY_MS: 1,
  },
  log: createLogger('warn', 'openapi'),
  pool: new pg.Pool(),
  registry: new Registry(),
  tokens: new LocalTokens({ rps: 1, burst: 1 }),
});
await app.ready();
await writeFile('openapi.json', `${JSON.stringify(app.swagger(), null, 2)}\n`);
console.log('wrote openapi.json');
