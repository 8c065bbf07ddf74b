import { describe, expect, test } from 'vitest';
import { withDeadline } from '../../src/deadline.ts';
import type { CallRefused } from '../../src/outgoing/errors.ts';
import { completion, type TestAi, testAi } from '../support/ai.ts';
import { until } from '../support/wait.ts';

const messages = [{ role: 'user' as const, content: 'a text' }];

function complete(api: TestAi, given: { signal?: AbortSignal; retry?: boolean } = {}) {
  const call = { idempotencyKey: 'job', traceparent: 'trace', retry: false };
  const signal = new AbortController().signal;
  return api.ai.complete(messages, { ...call, signal, ...given });
}

/** What becomes of a call: the name of its error, or why it was refused. */
const ending = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: CallRefused) => error.refusal ?? error.name,
  );

const endings = (api: TestAi, count: number) =>
  Promise.all(Array.from({ length: count }, () => ending(complete(api))));

const quick = { minimumCalls: 4, openMs: 300, longestOpenMs: 300 };
const isDue = (api: TestAi) => until('the open time to end', () => api.api.breaker.waitMs === 0);

describe('the breaker', () => {
  test('opens when most calls fail; then none is made', async () => {
    await using api = await testAi({ status: 500 }, { breaker: { ...quick, openMs: 60_000 } });
    expect(await endings(api, 4)).toEqual(Array(4).fill('AiError'));
    expect(api.api.breaker.state).toBe('open');
    const refused = await complete(api).catch((error) => error);
    expect(refused).toMatchObject({ name: 'CallRefused', refusal: 'open' });
    expect(refused.message).toBe('ai was not called: its breaker is open');
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(api.calls).toHaveLength(4);
    const metrics = await api.registry.metrics();
    expect(metrics).toContain('outgoing_breaker_state{dependency="ai"} 2');
    expect(metrics).toContain('outgoing_calls_refused_total{dependency="ai",refusal="open"} 1');
    expect(metrics).toContain('duration_seconds_count{dependency="ai",outcome="failed"} 4');
  });

  test('opens on calls that time out', async () => {
    await using api = await testAi('never', { timeoutMs: 50, breaker: quick });
    expect(await endings(api, 4)).toEqual(Array(4).fill('DeadlineExceeded'));
    expect(api.api.breaker.state).toBe('open');
  });

  test('opens on calls that outlast their callers’ deadlines', async () => {
    await using api = await testAi('never', { breaker: quick });
    const late = () =>
      withDeadline({ ms: 50, of: 'The caller' }, (signal) => complete(api, { signal }));
    await Promise.allSettled(Array.from({ length: 4 }, late));
    await until('it to be open', () => api.api.breaker.state === 'open');
  });

  test('stays closed while the requests are at fault, or few calls fail', async () => {
    await using api = await testAi({ status: 400 }, { breaker: quick });
    await endings(api, 8);
    api.reply = { status: 500 };
    await endings(api, 1);
    api.reply = completion('fine');
    expect(await endings(api, 8)).toEqual(Array(8).fill('ok'));
  });

  test('lets one probe through and closes when it goes right', async () => {
    await using api = await testAi({ status: 500 }, { breaker: quick });
    await endings(api, 4);
    await isDue(api);
    api.reply = 'never';
    const abort = new AbortController();
    const probe = ending(complete(api, { signal: abort.signal }));
    expect(api.api.breaker.state).toBe('half-open');
    expect(await endings(api, 5)).toEqual(Array(5).fill('open'));

    abort.abort(new Error('cancelled'));
    expect(await probe).toBe('Error');
    await until('it to be open', () => api.api.breaker.state === 'open'); // nothing was shown
    await isDue(api);
    api.reply = { status: 503 };
    expect(await endings(api, 3)).toEqual(['AiError', 'open', 'open']);
    await isDue(api);
    api.reply = completion('fine');
    expect(await endings(api, 1)).toEqual(['ok']);
    expect(await endings(api, 8)).toEqual(Array(8).fill('ok'));
  });

  test('waits longer after each probe that fails, up to a bound', async () => {
    const breaker = { ...quick, openMs: 20, longestOpenMs: 50 };
    await using api = await testAi({ status: 500 }, { breaker });
    await endings(api, 4);
    const waits = [api.api.breaker.waitMs];
    for (let probes = 0; probes < 3; probes += 1) {
      await isDue(api);
      await endings(api, 1);
      waits.push(api.api.breaker.waitMs);
    }
    expect(waits[0]).toBeLessThanOrEqual(20);
    expect(Math.max(...waits)).toBeLessThanOrEqual(50);
    expect(waits.at(-1)).toBeGreaterThan(20);
  });
});

describe('the bulkhead', () => {
  test('bounds the calls at once and those that wait, and how long they wait', async () => {
    await using api = await testAi('never', { concurrency: 3, queueMs: 200 });
    const started = performance.now();
    const waiting = endings(api, 10);
    await until('three calls', () => api.calls.length === 3);
    const metrics = await api.registry.metrics();
    expect(metrics).toContain('outgoing_bulkhead_calls{dependency="ai",state="in_use"} 3');
    expect(metrics).toContain('outgoing_bulkhead_calls{dependency="ai",state="queued"} 3');
    expect(await endings(api, 1)).toEqual(['busy']);
    expect(performance.now() - started).toBeLessThan(5000);
    const refused = async () =>
      (await api.registry.metrics()).includes('{dependency="ai",refusal="busy"} 8');
    await until('those that waited to be refused', refused);
    expect(api.calls).toHaveLength(3);
    await api.ai.close();
    await waiting;
  });

  test('gives a place to the next when a call ends', async () => {
    await using api = await testAi(completion('fine'), { concurrency: 2, queueMs: 20_000 });
    expect(await endings(api, 4)).toEqual(Array(4).fill('ok'));
    expect(api.api.bulkhead.inUse).toBe(0);
  });

  test('does not keep a caller who gives up while it waits', async () => {
    await using api = await testAi('never', { concurrency: 1, queueMs: 20_000 });
    const first = ending(complete(api));
    await until('a call', () => api.calls.length === 1);
    const abort = new AbortController();
    const waiting = complete(api, { signal: abort.signal });
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    await api.ai.close();
    await first;
  });
});

describe('the retry budget', () => {
  const retryBudget = { trickle: 0.001, capacity: 2 };
  const retry = (api: TestAi) => ending(complete(api, { retry: true }));

  test('lets a tenth of the calls be retries', async () => {
    await using api = await testAi({ status: 500 }, { retryBudget });
    expect([await retry(api), await retry(api)]).toEqual(['AiError', 'budget']);
    api.reply = completion('fine');
    for (let i = 0; i < 10; i += 1) await complete(api);
    api.reply = { status: 500 };
    expect([await retry(api), await retry(api)]).toEqual(['AiError', 'budget']);
    expect(api.calls).toHaveLength(12);
  });

  test('fills up again by itself', async () => {
    const options = { retryBudget: { trickle: 20, capacity: 1 } };
    await using api = await testAi({ status: 500 }, options);
    expect(await retry(api)).toBe('AiError');
    await until('a token', async () => (await retry(api)) === 'AiError');
  });

  test('is gone when many calls fail at once', async () => {
    await using api = await testAi({ status: 500 }, { retryBudget: { trickle: 0.001 } });
    await endings(api, 5);
    expect(await retry(api)).toBe('budget');
  });

  test('is not used up by retries that go right', async () => {
    await using api = await testAi(completion('fine'), { retryBudget });
    for (let i = 0; i < 20; i += 1) expect(await retry(api)).toBe('ok');
  });
});

describe('a pause', () => {
  test.each([
    [429, () => '60', 60_000],
    [503, () => new Date(Date.now() + 120_000).toUTCString(), 120_000],
    [503, () => '86400', 300_000],
  ])('that a %i asks for by Retry-After is kept, within bounds', async (status, header, ms) => {
    await using api = await testAi({ status, headers: { 'retry-after': header() } });
    expect(await endings(api, 1)).toEqual(['AiError']);
    const refused = await complete(api).catch((error) => error);
    expect(refused).toMatchObject({ refusal: 'paused' });
    expect(refused.retryAfterMs).toBeLessThanOrEqual(ms);
    expect(refused.retryAfterMs).toBeGreaterThan(ms - 20_000);
    expect(api.calls).toHaveLength(1);
  });

  test('ends', async () => {
    await using api = await testAi({ status: 429, headers: { 'retry-after': '1' } });
    await endings(api, 1);
    api.reply = completion('fine');
    await until('its end', async () => (await endings(api, 1))[0] === 'ok');
  });
});

test('a fallback answers what is refused, and nothing else', async () => {
  await using api = await testAi({ status: 500 }, { breaker: { ...quick, openMs: 60_000 } });
  const { signal } = new AbortController();
  const fallback = (refused: CallRefused) => `none: ${refused.refusal}`;
  const failing = () => Promise.reject(new Error('wrong'));
  for (let i = 0; i < 4; i += 1) {
    await expect(api.api.call(failing, { signal, fallback })).rejects.toThrow('wrong');
  }
  expect(await api.api.call(failing, { signal, fallback })).toBe('none: open');
});
