import type { InjectOptions, LightMyRequestResponse as Response } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll } from 'vitest';
import { createApp } from '../src/app.ts';
import { KeyStore, type Scope } from '../src/auth/keys.ts';
import { LocalTokens } from '../src/backpressure/tokens.ts';
import { loadConfig } from '../src/config.ts';
import type { App } from '../src/http/app.ts';
import type { TestDatabase } from './support/database.ts';
import { silent } from './support/log.ts';

export const config = loadConfig({
  DATABASE_URL: 'postgres://nowhere',
  REDIS_URL: 'redis://nowhere',
  RABBITMQ_URL: 'amqp://nowhere',
  AI_BASE_URL: 'http://nowhere',
  POLL_AFTER_S: '7',
  STALENESS_S: '5',
  CACHE_L1_MB: '0',
  MAX_EVENT_LOOP_DELAY_MS: '60000',
});

export const tokens = new LocalTokens({ rps: 10_000, burst: 10_000 });

export interface TestApp {
  app: App;
  /** Headers of a caller with these scopes. */
  as(tenant: string, ...scopes: Scope[]): Promise<Record<string, string>>;
  inject(options: InjectOptions): Promise<Response>;
}

/** The app on the file's own database, without a server. */
export function testApp(database: TestDatabase, given = config): TestApp {
  const test = {
    as: async (tenant, ...scopes) => ({
      authorization: `Bearer ${await new KeyStore(database.db).create(tenant, scopes)}`,
    }),
    inject: (options) => test.app.inject(options),
  } as Pick<TestApp, 'as' | 'inject'> as TestApp;
  beforeAll(async () => {
    const { db, url: DATABASE_URL } = database;
    const options = { config: { ...given, DATABASE_URL }, log: silent, db };
    test.app = await createApp({ ...options, registry: new Registry(), tokens });
  });
  afterAll(() => test.app.close());
  return test;
}
