import { describe, expect, test } from 'vitest';
import { completion, type Reply, testAi } from '../support/ai.ts';

const messages = [{ role: 'user' as const, content: 'a text' }];
const call = (signal = new AbortController().signal) => ({
  idempotencyKey: 'job-1',
  traceparent: 'trace-1',
  signal,
  retry: false,
});

test('a right reply is its text; the call carries job, trace and key', async () => {
  await using api = await testAi(completion('short'));
  expect(await api.ai.complete(messages, call())).toBe('short');
  const [seen] = api.calls;
  expect(seen?.headers).toMatchObject({
    'idempotency-key': 'job-1',
    traceparent: 'trace-1',
    authorization: 'Bearer secret',
  });
  expect(JSON.parse(seen?.body ?? '')).toEqual({ model: 'm', messages });
});

describe('a wrong reply', () => {
  const failing = async (reply: Reply | 'never', timeoutMs = 5000) => {
    await using api = await testAi(reply, { timeoutMs });
    return await api.ai.complete(messages, call()).then(
      () => expect.unreachable('it succeeded'),
      (error: Error) => error,
    );
  };

  test.each([
    [500, 'AiError'],
    [503, 'AiError'],
    [429, 'AiError'],
    [400, 'PermanentError'],
    [401, 'PermanentError'],
    [403, 'PermanentError'],
  ])('with status %i is a %s', async (status, name) => {
    const error = await failing({ status, body: 'why' });
    expect(error).toMatchObject({ name, message: `The AI API answered ${status}` });
  });

  test('tells its code, and not what it says', async () => {
    const message = 'Wrong key: sk-1234';
    const type = 'invalid_request_error';
    const body = (error: unknown) => JSON.stringify({ error });
    const { cause } = await failing({ status: 401, body: body({ message, type, code: null }) });
    expect(cause).toMatchObject({ message: type });
    const code = message;
    expect((await failing({ status: 401, body: body({ message, code }) })).cause).toBeUndefined();
  });

  test.each(['no json', '{}', '{"choices":[]}', '{"choices":[{"message":{"content":7}}]}'])(
    'of another shape is an AiError: %s',
    async (body) => expect(await failing({ status: 200, body })).toMatchObject({ name: 'AiError' }),
  );

  test('that does not come ends at the deadline', async () => {
    const error = await failing('never', 100);
    expect(error).toMatchObject({
      name: 'DeadlineExceeded',
      message: 'The call to ai did not end within 100 ms',
    });
  });

  test('that is endless is an AiError', async () => {
    const error = await failing({ status: 200, body: 'x'.repeat(5 << 20) });
    expect(error).toMatchObject({ name: 'AiError' });
  });

  test('from nobody is an AiError', async () => {
    const api = await testAi('never');
    await api[Symbol.asyncDispose]();
    await expect(api.ai.complete(messages, call())).rejects.toThrow('could not be reached');
  });
});

test('a call that is aborted says why', async () => {
  await using api = await testAi('never');
  const abort = new AbortController();
  const pending = api.ai.complete(messages, call(abort.signal));
  abort.abort(new Error('cancelled'));
  await expect(pending).rejects.toThrow('cancelled');
});
