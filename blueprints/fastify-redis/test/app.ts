import type { FastifyInstance, InjectOptions, LightMyRequestResponse as Response } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, beforeAll } from 'vitest';
import { createApp } from '../src/app.ts';
import { KeyStore, type Scope } from '../src/auth/keys.ts';
import { LocalTokens } from '../src/backpressure/tokens.ts';
import type { TestDatabase } from './support/database.ts';
import { silent } from './support/log.ts';

export const config = {
  JOB_LEASE_S: 30,
  JOB_BACKOFF_MS: 1000,
  JOB_MAX_ATTEMPTS: 5,
  IDEMPOTENCY_TTL_H: 24,
  POLL_AFTER_S: 7,
  JOB_WAIT_S: 10,
  MAX_QUEUE_DEPTH: 10_000,
  MAX_EVENT_LOOP_DELAY_MS: 60_000,
};

export interface TestApp {
  app: FastifyInstance;
  /** Headers of a caller with these scopes. */
  as(tenant: string, ...scopes: Scope[]): Promise<Record<string, string>>;
  inject(options: InjectOptions): Promise<Response>;
}

/** The app on the file's own database, without a server. */
export function testApp(database: TestDatabase): TestApp {
  const test = {
    as: async (tenant, ...scopes) => ({
      authorization: `Bearer ${await new KeyStore(database.pool).create(tenant, scopes)}`,
    }),
    inject: (options) => test.app.inject(options),
  } as Pick<TestApp, 'as' | 'inject'> as TestApp;
  beforeAll(async () => {
    const { pool } = database;
    const tokens = new LocalTokens({ rps: 10_000, burst: 10_000 });
    test.app = await createApp({ config, log: silent, pool, registry: new Registry(), tokens });
  });
  afterAll(() => test.app.close());
  return test;
}
