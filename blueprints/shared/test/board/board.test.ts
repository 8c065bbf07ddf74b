import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authenticator } from '../../src/auth/authenticator.ts';
import { KeyStore, type Scope } from '../../src/auth/keys.ts';
import { createBoard } from '../../src/board/board.ts';
import { BoardPage } from '../../src/board/page.ts';
import type { ReadinessCheck } from '../../src/ops/readiness.ts';
import { createOpsServer } from '../../src/ops/server.ts';
import { testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';
import { silent } from '../support/log.ts';
import { testQueue } from '../support/queue.ts';

const database = testDatabase();
const queue = testQueue();
const publicPort = testApp(database);
const run = { id: '01890000-0000-7000-8000-000000000001', run: 3 };
let page: BoardPage;
let base: string;
const server = createServer();
let url = process.env.REDIS_URL ?? '';

beforeAll(async () => {
  page = new BoardPage(new Authenticator(new KeyStore(database.db)), (path) =>
    createBoard({ url, queue: queue.broker.queue, path }, silent),
  );
  const readiness = { check: async () => ({ ready: true, checks: {} }) } as ReadinessCheck;
  const [answer] = createOpsServer(readiness, new Registry(), silent, [page]).listeners('request');
  server.on('request', answer as () => void).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await queue.broker.publish([{ ...run, priority: 2, traceparent: '00-0-0-00' }]);
});
afterAll(async () => {
  server.close();
  await page.close();
});

const keyOf = (...scopes: Scope[]) => new KeyStore(database.db).create('t1', scopes);
const basic = (key: string) => `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}`;
const ask = (path: string, authorization = '', method = 'GET', more = {}) =>
  fetch(`${base}${path}`, {
    method,
    headers: { ...(authorization && { authorization }), ...more },
    redirect: 'manual',
  });

test('while Redis is away it says so, and is there when Redis is', async () => {
  const key = basic(await keyOf('admin'));
  url = 'redis://127.0.0.1:1';
  expect((await ask('/board/', key)).status).toBe(503);
  url = process.env.REDIS_URL ?? '';
  expect((await ask('/board/', key)).status).toBe(200);
});

describe.each(['/board', '/board/', '/board/api/queues', '/board/static/images/logo.svg'])(
  '%s',
  (path) => {
    test.each(['', 'Basic', 'Basic eDp5', `Bearer ak_${'x'.repeat(43)}`, basic('')])(
      'asks who comes with "%s" for a key',
      async (authorization) => {
        const refused = await ask(path, authorization);
        expect(refused.status).toBe(401);
        expect(refused.headers.get('www-authenticate')).toMatch(/^Basic realm="/);
        expect(refused.headers.get('content-type')).toBe('application/problem+json');
      },
    );

    test('refuses a key without the scope', async () => {
      const key = await keyOf('jobs:read', 'jobs:write', 'usage:read');
      expect((await ask(path, basic(key))).status).toBe(403);
    });

    test('is there for an admin, by a browser or a script', async () => {
      const key = await keyOf('admin');
      expect((await ask(path, basic(key))).status).toBe(200);
      expect((await ask(path, `Bearer ${key}`, 'HEAD')).status).toBe(200);
    });

    test('is not on the public port', async () => {
      const headers = await publicPort.as('t1', 'admin');
      expect((await publicPort.inject({ method: 'GET', url: path, headers })).statusCode).toBe(404);
    });
  },
);

test('an admin sees the queue with its messages, to look at only', async () => {
  const key = basic(await keyOf('admin'));
  const { queues } = (await (
    await ask(`/board/api/queues?activeQueue=${queue.broker.queue}&status=prioritized`, key)
  ).json()) as { queues: Record<string, unknown>[] };
  expect(queues).toMatchObject([
    {
      name: queue.broker.queue,
      readOnlyMode: true,
      description: expect.stringContaining('npm run dlq'),
      counts: { prioritized: 1 },
      jobs: [{ id: `${run.id}-${run.run}`, data: { id: run.id, run: run.run } }],
    },
  ]);
});

test.each([
  ['PUT', `clean/prioritized`],
  ['PUT', 'empty'],
  ['PUT', 'pause'],
  ['PUT', 'obliterate'],
  ['PUT', `${run.id}-${run.run}/clean`],
  ['PUT', `${run.id}-${run.run}/retry`],
  ['POST', 'add'],
  ['PATCH', `${run.id}-${run.run}/update-data`],
  ['DELETE', ''],
])('nothing changes: %s %s', async (method, what) => {
  const key = basic(await keyOf('admin'));
  const path = `/board/api/queues/${queue.broker.queue}/${what}`;
  const refused = await ask(path, key, method, { origin: 'https://elsewhere.example' });
  expect(refused.status).toBe(405);
  expect(refused.headers.get('allow')).toBe('GET, HEAD');
  expect(await queue.messages()).toEqual([`${run.id}-${run.run}`]);
});

test('what it answers brings nothing from elsewhere, and is in no frame', async () => {
  const answer = await ask('/board/', basic(await keyOf('admin')));
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('http');
  expect(await answer.text()).toContain('<base href="/board/" />');
});

test.each(['/boards', '/boar', '/board%2f'])('%s is another path', async (path) => {
  expect((await ask(path)).status).toBe(404);
});
