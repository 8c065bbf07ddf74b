import { once } from 'node:events';
import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReadinessCheck } from '../../src/ops/readiness.ts';
import { createOpsServer } from '../../src/ops/server.ts';
import { silent } from '../support/log.ts';

const readiness = { check: async () => ({ ready: true, checks: {} }) } as ReadinessCheck;
const server = createOpsServer(readiness, new Registry(), silent);
let port: number;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as { port: number }).port;
});
afterAll(() => server.close());

/** The status of a path that no client library would send. */
async function status(path: string) {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ops\r\nConnection: close\r\n\r\n`);
  const [head] = await once(socket, 'data');
  return Number(String(head).split(' ')[1]);
}

test.each([
  ['/health/live', 200],
  ['/health/live?x=1', 200],
  ['/health/ready', 200],
  ['/metrics', 200],
  ['//', 404],
  ['http://', 404],
  ['/%', 404],
  ['/constructor', 404],
])('%s is %i', async (path, expected) => {
  expect(await status(path)).toBe(expected);
});
