import { expect, test } from 'vitest';
import { summarizeWith } from '../../../src/jobs/types/summarize/handler.ts';
import { completion, testAi } from '../../support/ai.ts';
import { runHandler } from '../../support/handlers.ts';

test('the summary is the reply of the AI API to the text', async () => {
  await using api = await testAi(completion('short'));
  const result = await runHandler(
    summarizeWith(api.ai),
    { text: 'a long text' },
    { jobId: 'job-1' },
  );
  expect(result).toEqual({ summary: 'short' });
  const [call] = api.calls;
  expect(call?.headers['idempotency-key']).toBe('job-1');
  expect(JSON.parse(call?.body ?? '').messages[1]).toEqual({
    role: 'user',
    content: 'a long text',
  });
});

test.each([
  [400, 'PermanentError'],
  [500, 'AiError'],
])('a %i of the AI API is a %s', async (status, name) => {
  await using api = await testAi({ status });
  await expect(runHandler(summarizeWith(api.ai), { text: 'a text' })).rejects.toMatchObject({
    name,
  });
});

test('a job that is over ends the call', async () => {
  await using api = await testAi('never');
  const signal = AbortSignal.abort(new Error('cancelled'));
  const running = runHandler(summarizeWith(api.ai), { text: 'a text' }, { signal });
  await expect(running).rejects.toThrow('cancelled');
});
