import { describe, expect, test } from 'vitest';
import { KeyStore } from '../../src/auth/keys.ts';
import { testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';

const database = testDatabase();
const api = testApp(database);

const status = async (method: 'GET' | 'POST' | 'DELETE', url: string, headers = {}) =>
  (await api.inject({ method, url, headers })).statusCode;

describe('a caller', () => {
  test.each([undefined, 'Bearer', 'Basic abc', 'Bearer ak_wrong'])(
    'is unknown by %s',
    async (key) => {
      const headers = key ? { authorization: key } : {};
      const response = await api.inject({ url: '/v1/jobs', headers });
      expect([response.statusCode, response.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    },
  );

  test('is refused before the body is read', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await api.inject({ method: 'POST', url: '/v1/jobs', headers, payload: '{' });
    expect(response.statusCode).toBe(401);
  });

  test('may do what its scopes say', async () => {
    const reader = await api.as('t1', 'jobs:read');
    const writer = await api.as('t1', 'jobs:write');
    const admin = await api.as('t1', 'admin');
    const id = '00000000-0000-7000-8000-000000000000';
    expect(await status('GET', '/v1/jobs', reader)).toBe(200);
    expect(await status('DELETE', `/v1/jobs/${id}`, reader)).toBe(403);
    expect(await status('GET', '/v1/jobs', writer)).toBe(403);
    expect(await status('GET', '/v1/dead-letters', writer)).toBe(403);
    expect(await status('GET', '/v1/jobs', admin)).toBe(200);
    expect(await status('GET', '/v1/dead-letters', admin)).toBe(200);
  });
});

describe('a key', () => {
  test('is stored hashed, and gone when revoked', async () => {
    const keys = new KeyStore(database.db);
    const key = await keys.create('t9', ['admin']);
    const { rows } = await database.pool.query('SELECT * FROM api_keys');
    expect(JSON.stringify(rows)).not.toContain(key);
    const mine = (await keys.list()).find(({ tenant }) => tenant === 't9');
    expect(await keys.revoke(mine?.id ?? '')).toBe(true);
    expect(await keys.revoke(mine?.id ?? '')).toBe(false);
    expect(await status('GET', '/v1/jobs', { authorization: `Bearer ${key}` })).toBe(401);
  });
});

test('what needs no key is public', async () => {
  const types = await api.inject({ url: '/v1/job-types' });
  expect(types.headers['cache-control']).toMatch(/^public, s-maxage=\d+, stale-while-revalidate/);
  expect(types.json().items[0]).toMatchObject({ type: 'summarize', input: { type: 'object' } });
  expect(await status('GET', '/openapi.json')).toBe(200);
});
