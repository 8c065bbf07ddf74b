import { writeFile } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { createApp } from '../app.ts';
import { LocalTokens } from '../backpressure/tokens.ts';
import { loadConfig } from '../config.ts';
import { Database } from '../database/database.ts';
import { createLogger } from '../logger.ts';

const log = createLogger('warn', 'openapi');
const database = { url: '', size: 1, acquireMs: 1, statementMs: 1, name: 'openapi' };

/** Writes the committed copy of the API's description; a test compares the two. Nothing connects. */
const app = await createApp({
  config: loadConfig({
    DATABASE_URL: 'postgres://nowhere',
    REDIS_URL: 'redis://nowhere',
    AI_BASE_URL: 'http://nowhere',
  }),
  log,
  db: new Database(database, log),
  registry: new Registry(),
  tokens: new LocalTokens({ rps: 1, burst: 1 }),
});
const document = (await app.inject('/openapi.json')).json();
await writeFile('openapi.json', `${JSON.stringify(document, null, 2)}\n`);
console.log('wrote openapi.json');
