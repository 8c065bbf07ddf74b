import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refuseConnection, refuseExpectation } from '../../src/http/connection.ts';

let server: Server;

beforeAll(async () => {
  server = createServer((_request, response) => response.end('taken'));
  server.on('clientError', refuseConnection).on('checkExpectation', refuseExpectation);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => server.close());

/** All that comes back until the connection is closed. */
function send(request: string): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  return text(socket);
}

const head = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n';

test.each([
  [400, 'what is no HTTP', 'nonsense\r\n\r\n'],
  [400, 'a method that nobody knows', head.replace('GET', 'BREW')],
  [431, 'headers without end', `${head}x: ${'x'.repeat(20_000)}\r\n\r\n`],
  [417, 'an unknown expectation', `${head}expect: tea\r\n\r\n`],
])('%i, as a problem, for %s', async (status, _what, request) => {
  const answer = await send(request);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toContain('content-type: application/problem+json\r\n');
  expect(answer).toContain(`"status":${status}`);
});

test('what is well formed is none of its business', async () => {
  expect(await send(`${head}\r\n`)).toContain('taken');
});
