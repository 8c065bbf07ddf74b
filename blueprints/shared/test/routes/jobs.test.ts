import { beforeAll, describe, expect, test } from 'vitest';
import { JobStore } from '../../src/jobs/store.ts';
import { testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';
import { rowOf } from '../support/jobs.ts';

const database = testDatabase();
const api = testApp(database);
const job = { type: 'summarize', input: { text: 'a text' } };
let caller: Record<string, string>;

beforeAll(async () => {
  caller = await api.as('t1', 'jobs:read', 'jobs:write');
});

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  api.inject({
    method: 'POST',
    url: '/v1/jobs',
    headers: { ...caller, 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
const get = (url: string, headers: Record<string, string> = {}) =>
  api.inject({ url, headers: { ...caller, ...headers } });
const cancel = (id: string) =>
  api.inject({ method: 'DELETE', url: `/v1/jobs/${id}`, headers: caller });

describe('POST /v1/jobs', () => {
  test('answers 202 with the queued job and its place', async () => {
    const response = await post({ ...job, priority: 'high', delay_ms: 60_000 });
    expect(response.statusCode).toBe(202);
    const body = response.json();
    expect(response.headers.location).toBe(`/v1/jobs/${body.id}`);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      type: 'summarize',
      status: 'queued',
      attempts: 0,
      progress: 0,
      created_at: expect.stringMatching(/Z$/),
      started_at: null,
      finished_at: null,
    });
    const row = await rowOf(database.pool, body.id);
    expect(row).toMatchObject({ tenant: 't1', priority: 1, max_attempts: 5 });
    expect(row.due_at - row.created_at).toBeGreaterThanOrEqual(59_990);
  });

  test('keeps the caller’s trace', async () => {
    const traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
    const { id } = (await post(job, { traceparent })).json();
    expect((await rowOf(database.pool, id)).traceparent).toBe(traceparent);
  });

  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  test.each([
    ['no JSON', '{"type":', 400, []],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, []],
    ['too deep', deep(65), 400, []],
    ['far too deep', deep(100_000), 400, []],
    ['deep enough', deep(64), 422, ['#']],
    ['an unknown type', { ...job, type: 'paint' }, 422, ['#/type']],
    ['a wrong input', { ...job, input: { text: '' } }, 422, ['#/input/text']],
    ['unknown fields', { ...job, a: 1, b: 2 }, 422, ['#/a', '#/b']],
    ['many problems', { ...job, delay_ms: -1, priority: 1 }, 422, ['#/delay_ms', '#/priority']],
    ['NUL', { ...job, input: { text: 'a\0b' } }, 422, ['#/input/text']],
    ['half a character', '{"type":"summarize","input":{"text":"\\ud83d"}}', 422, ['#/input/text']],
    ['an escaped name', { ...job, 'a/b~c': 1 }, 422, ['#/a~1b~0c']],
  ])('refuses %s', async (_what, body, status, pointers) => {
    const payload = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await api.inject({
      method: 'POST',
      url: '/v1/jobs',
      headers: { ...caller, 'content-type': 'application/json' },
      payload,
    });
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.json()).toMatchObject({ status, title: expect.any(String) });
    expect(response.statusCode).toBe(status);
    const errors = response.json().errors ?? [];
    expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });

  test('refuses what is too large, and what is not JSON by name', async () => {
    const text = 'a'.repeat(2 ** 20);
    expect((await post({ ...job, input: { text } })).statusCode).toBe(413);
    expect((await post('a=b', { 'content-type': 'text/plain' })).statusCode).toBe(415);
  });
});

describe('an idempotency key', () => {
  test('gets the first answer again, whatever became of the job', async () => {
    const key = { 'idempotency-key': 'again' };
    const first = await post(job, key);
    await cancel(first.json().id);
    const reordered = { input: job.input, type: job.type };
    const second = await post(reordered, key);
    expect(second.statusCode).toBe(202);
    expect(second.body).toBe(first.body);
    expect(second.headers.location).toBe(first.headers.location);
  });

  test('makes one job of many requests at once', async () => {
    const requests = Array.from({ length: 50 }, () => post(job, { 'idempotency-key': 'race' }));
    const bodies = (await Promise.all(requests)).map(({ body }) => body);
    expect(new Set(bodies).size).toBe(1);
  });

  test('is refused for another body, and is each tenant’s own', async () => {
    const key = { 'idempotency-key': 'own' };
    const first = (await post(job, key)).json();
    const other = await post({ ...job, priority: 'low' }, key);
    expect(other.statusCode).toBe(422);
    expect(other.json().errors[0].header).toBe('Idempotency-Key');
    const stranger = await api.as('t2', 'jobs:write');
    const theirs = (await post(job, { ...key, ...stranger })).json();
    expect(theirs.id).not.toBe(first.id);
  });

  test('is free again when it has expired', async () => {
    const key = { 'idempotency-key': 'old' };
    const first = (await post(job, key)).json();
    await database.pool.query("UPDATE idempotency_keys SET expires_at = now() - interval '1 s'");
    expect((await post({ ...job, priority: 'low' }, key)).json().id).not.toBe(first.id);
  });
});

describe('GET /v1/jobs/{id}', () => {
  test('tells when to ask again, and when nothing has changed', async () => {
    const { id } = (await post(job)).json();
    const first = await get(`/v1/jobs/${id}`);
    expect(first.json()).toMatchObject({ id, status: 'queued' });
    expect(first.headers['retry-after']).toBe('7');
    const etag = String(first.headers.etag);
    const again = await get(`/v1/jobs/${id}`, { 'if-none-match': `"x", W/${etag}` });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    await cancel(id);
    const changed = await get(`/v1/jobs/${id}`, { 'if-none-match': etag });
    expect(changed.statusCode).toBe(200);
    expect(changed.headers['retry-after']).toBeUndefined();
  });

  test('shows result, attempts and error', async () => {
    const store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
    const { id } = (await post(job)).json();
    await store.claim({ id, run: 1 });
    const error = { name: 'AiError', message: 'wrong', stack: 'secret places' };
    await store.fail({ id, run: 1, error, permanent: false });
    const retrying = (await get(`/v1/jobs/${id}`)).json();
    expect(retrying).toMatchObject({ status: 'retrying', attempts: 1 });
    expect(retrying.error).toEqual({ name: 'AiError', message: 'wrong' });
    await store.claim({ id, run: 2 });
    await store.finish({ id, run: 2 }, { summary: 's' });
    const done = (await get(`/v1/jobs/${id}`)).json();
    expect(done).toMatchObject({ status: 'succeeded', attempts: 2, result: { summary: 's' } });
    expect(done.error).toBeUndefined();
  });

  test('is 404 for what is no id, absent or another tenant’s', async () => {
    const { id } = (await post(job)).json();
    const stranger = await api.as('t2', 'admin');
    const answers = await Promise.all([
      get('/v1/jobs/abc'),
      get('/v1/jobs/00000000-0000-7000-8000-000000000000'),
      get(`/v1/jobs/${id}`, stranger),
      get('/v1/nothing'),
    ]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });
});

describe('GET /v1/jobs', () => {
  test('pages through the newest first', async () => {
    caller = await api.as('pages', 'admin');
    const ids = [];
    for (let i = 0; i < 5; i += 1) ids.unshift((await post(job)).json().id);
    await cancel(ids[1]);
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: { items: { id: string }[]; next: string | null } = (
        await get(`/v1/jobs?limit=2${next && `&cursor=${next}`}`)
      ).json();
      seen.push(...page.items.map(({ id }) => id));
      next = page.next;
    }
    expect(seen).toEqual(ids);
    const cancelled = (await get('/v1/jobs?status=cancelled&type=summarize')).json();
    expect(cancelled).toMatchObject({ items: [{ id: ids[1] }], next: null });
    expect((await get('/v1/jobs?type=other')).json().items).toEqual([]);
  });

  test('has also those of types that no release knows any more', async () => {
    caller = await api.as('retired', 'admin');
    const ids: string[] = [];
    for (const type of ['summarize', 'a-first', 'z-last', 'a-first']) {
      const { id } = (await post(job)).json();
      await database.pool.query('UPDATE jobs SET type = $2 WHERE id = $1', [id, type]);
      ids.unshift(id);
    }
    const listed = async (query: string): Promise<string[]> =>
      (await get(`/v1/jobs${query}`)).json().items.map(({ id }: { id: string }) => id);
    expect(await listed('')).toEqual(ids);
    expect(await listed('?status=queued&limit=3')).toEqual(ids.slice(0, 3));
    expect(await listed('?type=a-first')).toEqual([ids[0], ids[2]]);
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'status=lost', 'cursor=x', 'sort=up'])(
    'refuses %s',
    async (query) => {
      const response = await get(`/v1/jobs?${query}`);
      expect(response.statusCode).toBe(422);
      expect(response.json().errors[0].parameter).toBe(query.split('=')[0]);
    },
  );
});

describe('DELETE /v1/jobs/{id}', () => {
  test('cancels, again and again', async () => {
    const { id } = (await post(job)).json();
    for (let i = 0; i < 2; i += 1) {
      const response = await cancel(id);
      expect([response.statusCode, response.json().status]).toEqual([200, 'cancelled']);
    }
  });

  test('is refused when the job has ended otherwise', async () => {
    const store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
    const { id } = (await post(job)).json();
    await store.claim({ id, run: 1 });
    await store.finish({ id, run: 1 }, {});
    expect((await cancel(id)).statusCode).toBe(409);
    expect((await cancel('00000000-0000-7000-8000-000000000000')).statusCode).toBe(404);
  });
});
