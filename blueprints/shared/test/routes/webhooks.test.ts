import { beforeAll, expect, test } from 'vitest';
import { WebhookSecrets } from '../../src/webhooks/secrets.ts';
import { testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';
import { rowOf } from '../support/jobs.ts';

const database = testDatabase();
const api = testApp(database);
const url = 'https://receiver.example/hook';

beforeAll(async () => {
  await new WebhookSecrets(database.db).create('t1');
});

async function post(webhook: unknown, { tenant = 't1', key = '' } = {}) {
  const response = await api.inject({
    method: 'POST',
    url: '/v1/jobs',
    headers: {
      ...(await api.as(tenant, 'jobs:write')),
      'content-type': 'application/json',
      ...(key ? { 'idempotency-key': key } : {}),
    },
    payload: JSON.stringify({ type: 'summarize', input: { text: 'a text' }, webhook }),
  });
  const { errors = [], ...body } = response.json();
  return { status: response.statusCode, body, errors };
}

test('a job keeps where to tell its end, normalized', async () => {
  const { status, body } = await post({ url: 'HTTPS://Receiver.example:443/hook' });
  expect(status).toBe(202);
  expect(await rowOf(database.pool, body.id)).toMatchObject({ webhook_url: url });
});

test.each([
  [1, '#/webhook'],
  [{}, '#/webhook/url'],
  [{ url, secret: 's' }, '#/webhook/secret'],
  [{ url: 'receiver.example' }, '#/webhook/url'],
  [{ url: 'ftp://receiver.example' }, '#/webhook/url'],
  [{ url: 'https://user@receiver.example' }, '#/webhook/url'],
  [{ url: 'https://:pass@receiver.example' }, '#/webhook/url'],
  [{ url: `${url}/${'x'.repeat(2000)}` }, '#/webhook/url'],
  [{ url: `${url}/${'字'.repeat(300)}` }, '#/webhook/url'],
  [{ url: 'http://127.0.0.1/' }, '#/webhook/url'],
  [{ url: 'http://0x7f.1/' }, '#/webhook/url'],
  [{ url: 'http://[::ffff:a00:1]/' }, '#/webhook/url'],
  [{ url: 'http://169.254.169.254/latest/meta-data/' }, '#/webhook/url'],
  [{ url: 'http://localhost:3000/' }, '#/webhook/url'],
])('%j is refused by its pointer', async (webhook, pointer) => {
  const { status, errors } = await post(webhook);
  expect([status, errors]).toEqual([422, [{ pointer, detail: expect.any(String) }]]);
});

test('a tenant without a secret is told what to run', async () => {
  const { status, errors } = await post({ url }, { tenant: 't2' });
  const detail = expect.stringContaining('npm run webhook-secret -- create --tenant t2');
  expect([status, errors]).toEqual([422, [{ pointer: '#/webhook', detail }]]);
});

test('a URL that is gone is refused, but not what a key already stands for', async () => {
  const key = 'before';
  const first = await post({ url }, { key });
  await database.pool.query("INSERT INTO webhook_gone (tenant, url) VALUES ('t1', $1)", [url]);
  const again = await post({ url }, { key });
  expect([again.status, again.body]).toEqual([202, first.body]);
  for (const options of [{}, { key: 'after' }]) {
    const { status, errors } = await post({ url }, options);
    const detail = expect.stringContaining('410');
    expect([status, errors]).toEqual([422, [{ pointer: '#/webhook/url', detail }]]);
  }
  expect((await post({ url: `${url}/other` })).status).toBe(202);
});

test('the URL is part of what an idempotency key stands for', async () => {
  await post({ url: `${url}/one` }, { key: 'url' });
  expect((await post({ url: `${url}/two` }, { key: 'url' })).status).toBe(422);
});
