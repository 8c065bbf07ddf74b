import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { planOf } from './fake-ai-script.ts';

const host = process.env.FAKE_AI_HOST || '127.0.0.1';
const port = Number(process.env.FAKE_AI_PORT ?? 8089);
const delayMs = Number(process.env.FAKE_AI_DELAY_MS ?? 500);
const calls = new Map<string, number>();

/** An OpenAI-compatible API for development and tests: it answers with the beginning of the text,
 *  and fails as the text asks for (see fake-ai-script.ts). */
const server = createServer(async (request, response) => {
  try {
    await answer(request, response);
  } catch (error) {
    reply(response, 400, { error: { message: (error as Error).message } });
  }
});

async function answer(request: IncomingMessage, response: ServerResponse) {
  if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions')) {
    return reply(response, 404, { error: { message: 'only POST …/chat/completions' } });
  }
  const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
  const text = String(body.messages?.at(-1)?.content ?? '');
  const key = String(request.headers['idempotency-key'] ?? '');
  const call = (calls.get(key) ?? 0) + 1;
  calls.set(key, call);
  const plan = planOf(text, call);
  console.log(`call ${call} of ${key || 'nobody'}: ${plan.fail ?? 'answer'}`);
  if (plan.fail === 'timeout') return;
  await sleep(plan.delayMs ?? delayMs);
  if (plan.fail === 'schema') return reply(response, 200, { choices: [] });
  if (plan.fail) return reply(response, Number(plan.fail), { error: { message: 'as asked for' } });
  const content = `Summary: ${text.slice(0, 100)}`;
  const message = { role: 'assistant', content };
  reply(response, 200, {
    id: `fake-${key}`,
    object: 'chat.completion',
    model: body.model,
    choices: [{ index: 0, message, finish_reason: 'stop' }],
  });
}

function reply(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.listen(port, host, () =>
  console.log(`fake AI API on http://${host}:${port}/v1, answers after ${delayMs} ms`),
);
