import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HttpClient } from '../../src/outgoing/http.ts';

const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  const seen = `${request.method} ${request.url} ${request.headers['x-own']} ${body}`;
  response.writeHead(429, { 'retry-after': '7' }).end(seen);
});
const http = new HttpClient();
const { signal } = new AbortController();
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`;
});
afterAll(async () => {
  await http.close();
  server.close();
});

test('what is answered is an answer, whatever its status', async () => {
  const answer = { status: 429, retryAfterMs: 7000 };
  const headers = { 'x-own': 'mine' };
  expect(await http.get(url, { signal })).toEqual({ ...answer, text: 'GET /a?b=c undefined ' });
  expect(await http.post(url, { headers, body: 'text', signal })).toEqual({
    ...answer,
    text: 'POST /a?b=c mine text',
  });
});
