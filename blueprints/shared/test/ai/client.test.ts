import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AiClient } from '../../src/ai/client.ts';

const close: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of close.splice(0)) await one();
});

/** A client of an API that answers so. */
async function clientOf(status: number | 'never', body: string, timeoutMs = 5000) {
  const seen: { headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    seen.push({
      headers: request.headers,
      body: Buffer.concat(await request.toArray()).toString(),
    });
    if (status !== 'never') response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const ai = new AiClient({ baseUrl, apiKey: 'secret', model: 'm', timeoutMs });
  close.push(
    () => ai.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { ai, seen };
}

const messages = [{ role: 'user' as const, content: 'a text' }];
const call = (signal = new AbortController().signal) => ({
  idempotencyKey: 'job-1',
  traceparent: 'trace-1',
  signal,
});
const good = JSON.stringify({ choices: [{ message: { content: 'short' } }] });

test('a right reply is its text; the call carries job, trace and key', async () => {
  const { ai, seen } = await clientOf(200, good);
  expect(await ai.complete(messages, call())).toBe('short');
  expect(seen[0]?.headers).toMatchObject({
    'idempotency-key': 'job-1',
    traceparent: 'trace-1',
    authorization: 'Bearer secret',
  });
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ model: 'm', messages });
});

describe('a wrong reply', () => {
  test.each([
    [500, 'AiError'],
    [503, 'AiError'],
    [429, 'AiError'],
    [400, 'PermanentError'],
    [401, 'PermanentError'],
    [403, 'PermanentError'],
  ])('with status %i is a %s', async (status, name) => {
    const { ai } = await clientOf(status, 'why');
    await expect(ai.complete(messages, call())).rejects.toMatchObject({
      name,
      message: `The AI API answered ${status}: why`,
    });
  });

  test.each(['no json', '{}', '{"choices":[]}', '{"choices":[{"message":{"content":7}}]}'])(
    'of another shape is an AiError: %s',
    async (body) => {
      const { ai } = await clientOf(200, body);
      await expect(ai.complete(messages, call())).rejects.toMatchObject({ name: 'AiError' });
    },
  );

  test('that does not come is an AiError at the deadline', async () => {
    const { ai } = await clientOf('never', '', 100);
    await expect(ai.complete(messages, call())).rejects.toThrow('did not answer within 100 ms');
  });

  test('that is endless is an AiError', async () => {
    const { ai } = await clientOf(200, 'x'.repeat(5 << 20));
    await expect(ai.complete(messages, call())).rejects.toMatchObject({ name: 'AiError' });
  });

  test('from nobody is an AiError', async () => {
    const options = { baseUrl: 'http://127.0.0.1:1/v1', apiKey: '', model: 'm', timeoutMs: 5000 };
    const ai = new AiClient(options);
    close.push(() => ai.close());
    await expect(ai.complete(messages, call())).rejects.toThrow('could not be reached');
  });
});

test('a call that is aborted says why', async () => {
  const { ai } = await clientOf('never', '');
  const abort = new AbortController();
  const pending = ai.complete(messages, call(abort.signal));
  abort.abort(new Error('cancelled'));
  await expect(pending).rejects.toThrow('cancelled');
});
