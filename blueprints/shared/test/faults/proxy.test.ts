import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FaultProxy } from '../../faults/proxy.ts';
import { testPort } from '../support/processes.ts';
import { until } from '../support/wait.ts';

const quietMs = 100;
let echo: Server;
let proxy: FaultProxy;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as { port: number };
  proxy = await FaultProxy.open(`tcp://127.0.0.1:${port}`, await testPort());
});

afterEach(() => {
  proxy.close();
  echo.close();
});

const dial = () => connect(Number(new URL(proxy.url).port), '127.0.0.1');

/** What has come so far, and what ended it. */
function watch(socket: Socket) {
  const seen = { text: '', error: '', closed: false };
  socket.on('data', (chunk) => {
    seen.text += chunk;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    seen.error = error.code ?? '';
  });
  socket.on('close', () => {
    seen.closed = true;
  });
  return seen;
}

test('it forwards both ways, a megabyte as well as the end', async () => {
  const socket = dial();
  const sent = 'x'.repeat(3 << 20);
  socket.end(sent);
  expect(await text(socket)).toBe(sent);
  await until('the connection to be forgotten', () => proxy.connections.size === 0);
});

test('latency delays every byte and keeps their order', async () => {
  proxy.slow({ latencyMs: 60, jitterMs: 40 });
  const socket = dial();
  const seen = watch(socket);
  await once(socket, 'connect');
  const startedAt = performance.now();
  for (const letter of 'abcdef') {
    socket.write(letter);
    await sleep(5);
  }
  await until('the echo', () => seen.text.length === 6);
  expect(seen.text).toBe('abcdef');
  expect(performance.now() - startedAt).toBeGreaterThan(115);
});

test('bandwidth bounds the rate', async () => {
  proxy.slow({ bytesPerSecond: 100_000 });
  const socket = dial();
  const startedAt = performance.now();
  socket.end('x'.repeat(20_000));
  await text(socket);
  expect(performance.now() - startedAt).toBeGreaterThan(195);
});

test('held, nothing passes, not even the end; released, all of it does', async () => {
  const socket = dial();
  const seen = watch(socket);
  socket.write('before ');
  await until('the echo', () => seen.text === 'before ');
  proxy.hold();
  socket.end('after');
  await sleep(quietMs);
  expect(seen).toEqual({ text: 'before ', error: '', closed: false });
  proxy.release();
  await until('the rest', () => seen.closed);
  expect(seen.text).toBe('before after');
});

test('held one way, the server gets what the client sends', async () => {
  let received = '';
  echo.on('connection', (socket) => {
    socket.on('data', (chunk) => {
      received += chunk;
    });
  });
  proxy.hold('down');
  const socket = dial();
  const seen = watch(socket);
  socket.write('hello');
  await until('the server to have it', () => received === 'hello');
  await sleep(quietMs);
  expect(seen.text).toBe('');
  proxy.release();
  await until('the echo', () => seen.text === 'hello');
});

test('a connection is cut or reset, each by itself', async () => {
  const [cut, reset, kept] = [dial(), dial(), dial()];
  const seen = [cut, reset, kept].map(watch);
  for (const socket of [cut, reset, kept]) {
    socket.write('x');
    await once(socket, 'data');
  }
  const [first, second] = proxy.connections;
  first?.cut();
  second?.reset();
  await until('both ends', () => seen[0]?.closed && seen[1]?.closed);
  kept.write('y');
  await until('the third to go on', () => seen[2]?.text === 'xy');
  expect(seen.map(({ error }) => error)).toEqual(['', 'ECONNRESET', '']);
});

test('refusing, it takes nobody new and keeps who is there', async () => {
  const kept = dial();
  const seen = watch(kept);
  await once(kept, 'connect');
  await until('the proxy to have it', () => proxy.connections.size === 1);
  proxy.refuse();
  const refused = watch(dial());
  await until('the refusal', () => refused.closed);
  expect(refused.error).toBe('ECONNREFUSED');
  kept.write('x');
  await until('the echo', () => seen.text === 'x');
  await proxy.accept();
  const later = dial();
  await once(later, 'connect');
  later.destroy();
  kept.destroy();
});

test('a fuse blows after so many bytes, on new connections only', async () => {
  const old = dial();
  const oldSeen = watch(old);
  await until('the proxy to have it', () => proxy.connections.size === 1);
  proxy.blow({ afterBytes: 10, by: 'reset' });
  const fresh = dial();
  const freshSeen = watch(fresh);
  for (const socket of [old, fresh]) socket.write('12345');
  await until('both echoes', () => oldSeen.text && freshSeen.text);
  expect(freshSeen.text).toBe('12345');
  for (const socket of [old, fresh]) socket.write('x'.repeat(20));
  await until('the reset', () => freshSeen.closed);
  expect(freshSeen.error).toBe('ECONNRESET');
  await until('the old one to go on', () => oldSeen.text.length === 25);
  old.destroy();
});
