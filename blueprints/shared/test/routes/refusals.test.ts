import { expect, test } from 'vitest';
import { testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';

const api = testApp(testDatabase({ migrated: false }));
const id = '00000000-0000-7000-8000-000000000000';

test.each([
  ['PUT', '/v1/jobs', 405, 'POST, GET, HEAD'],
  ['OPTIONS', `/v1/jobs/${id}?x=1`, 405, 'GET, HEAD, DELETE'],
  ['GET', `/v1/dead-letters/${id}/replay`, 405, 'POST'],
  ['PUT', '/v1/nothing', 404, undefined],
  ['GET', '/v1', 404, undefined],
  ['GET', '/v1/jobs/%zz', 400, undefined],
] as const)(
  '%s %s is %i, before its key or body is looked at',
  async (method, url, status, allow) => {
    const headers = { 'content-type': 'text/plain' };
    const response = await api.inject({ method, url, headers, payload: 'x' });
    expect([response.statusCode, response.headers.allow]).toEqual([status, allow]);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json()).toMatchObject({ status });
  },
);
