import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { Database } from '../../src/database/database.ts';
import { config, tokens } from '../app.ts';
import { silent } from '../support/log.ts';

const database = { size: 1, acquireMs: 500, statementMs: 1000, name: 'test' };

test('without its database the api answers 503, and says when to come back', async () => {
  const url = 'postgres://nobody@127.0.0.1:1/nothing';
  const db = new Database({ ...database, url }, silent);
  const app = await createApp({ config, log: silent, db, registry: new Registry(), tokens });
  const headers = { authorization: 'Bearer ak_any' };
  const response = await app.inject({ url: '/v1/jobs', headers });
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
  expect(response.json()).toMatchObject({ status: 503, title: 'Service Unavailable' });
  await app.close();
});

test('a process that drains tells its clients to connect elsewhere', async () => {
  const db = new Database({ ...database, url: 'postgres://x' }, silent);
  const options = { config, log: silent, db, registry: new Registry(), tokens };
  const app = await createApp({ ...options, draining: () => true });
  const response = await app.inject({ url: '/v1/job-types' });
  expect([response.statusCode, response.headers.connection]).toEqual([200, 'close']);
  await app.close();
});
