import { beforeAll, describe, expect, test } from 'vitest';
import { config, testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';

const database = testDatabase();
const api = testApp(database);
let reader: Record<string, string>;

const add = (
  tenant: string,
  day: string,
  type: string,
  [jobs, succeeded, dead, seconds]: number[],
) =>
  database.pool.query('INSERT INTO usage_days VALUES ($1, $2, $3, $4, $5, $6, $7)', [
    tenant,
    day,
    type,
    jobs,
    succeeded,
    dead,
    seconds,
  ]);

beforeAll(async () => {
  reader = await api.as('t1', 'usage:read');
  await add('t1', '2026-02-28', 'summarize', [1, 1, 0, 0.5]);
  await add('t1', '2026-03-01', 'summarize', [5, 3, 1, 10.25]);
  await add('t1', '2026-03-01', 'translate', [2, 1, 1, 2]);
  await add('t1', '2026-03-02', 'summarize', [0, 0, 0, 0]);
  await add('t1', '2026-03-31', 'translate', [4, 4, 0, 1]);
  await add('t1', '2026-04-01', 'summarize', [8, 8, 0, 8]);
  await add('t2', '2026-03-01', 'summarize', [100, 100, 0, 100]);
});

const get = (query: Record<string, string>, headers = {}) => {
  const url = `/v1/usage?${new URLSearchParams(query)}`;
  return api.inject({ url, headers: { ...reader, ...headers } });
};
const march = { from: '2026-03-01', to: '2026-04-01' };

describe('usage', () => {
  test('is by day, of days from the first, before the last', async () => {
    expect((await get(march)).json()).toEqual({
      items: [
        { key: '2026-03-01', jobs: 7, succeeded: 4, dead: 2, seconds: 12.25 },
        { key: '2026-03-31', jobs: 4, succeeded: 4, dead: 0, seconds: 1 },
      ],
      next: null,
    });
  });

  test('is by type', async () => {
    expect((await get({ ...march, group_by: 'type' })).json().items).toEqual([
      { key: 'summarize', jobs: 5, succeeded: 3, dead: 1, seconds: 10.25 },
      { key: 'translate', jobs: 6, succeeded: 5, dead: 1, seconds: 3 },
    ]);
  });

  test('of the last thirty days includes today', async () => {
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    const days = [29, 0].map(day);
    for (const key of [day(31), ...days]) await add('t3', key, 'summarize', [1, 1, 0, 1]);
    const headers = await api.as('t3', 'usage:read');
    const { items } = (await get({}, headers)).json();
    expect(items.map(({ key }: { key: string }) => key)).toEqual(days);
  });

  test.each(['day', 'type'])('by %s is read page by page', async (group_by) => {
    const query = { from: '2026-01-01', to: '2027-01-01', group_by };
    const all = (await get(query)).json().items;
    let page = (await get({ ...query, limit: '1' })).json();
    const paged = page.items;
    while (page.next !== null) {
      page = (await get({ ...query, limit: '1', cursor: page.next })).json();
      paged.push(...page.items);
    }
    expect(paged).toEqual(all);
    expect(paged).toHaveLength(group_by === 'day' ? 4 : 2);
  });

  test('is the tenant’s alone, and for its scope', async () => {
    const other = await api.as('t4', 'admin');
    expect((await get(march, other)).json()).toEqual({ items: [], next: null });
    const without = await api.as('t1', 'jobs:read', 'jobs:write');
    expect((await get(march, without)).statusCode).toBe(403);
  });
});

test('an answer may be kept, and is not sent twice', async () => {
  const { headers } = await get(march);
  expect(headers['cache-control']).toBe(`private, max-age=${config.STALENESS_S}`);
  expect(headers.vary).toMatch(/authorization/i);
  const again = { 'if-none-match': headers.etag };
  const same = await get(march, again);
  expect([same.statusCode, same.body, same.headers.etag]).toEqual([304, '', headers.etag]);
  expect((await get({ ...march, group_by: 'type' }, again)).statusCode).toBe(200);
  await add('t1', '2026-03-15', 'summarize', [1, 1, 0, 1]);
  expect((await get(march, again)).statusCode).toBe(200);
});

describe('a range', () => {
  test.each([
    ['from', { from: '2026-04-01', to: '2026-04-01' }],
    ['from', { from: '2026-04-02', to: '2026-04-01' }],
    ['from', { from: '2026-02-29' }],
    ['from', { from: '2026-03-01T00:00:00Z' }],
    ['from', { from: '0000-01-01' }],
    ['to', { to: 'today' }],
    ['to', { from: '2026-01-01', to: '2027-02-06' }],
    ['group_by', { group_by: 'tenant' }],
    ['cursor', { ...march, cursor: Buffer.from('"summarize"').toString('base64url') }],
    [
      'cursor',
      { ...march, group_by: 'type', cursor: Buffer.from('"\\u0000"').toString('base64url') },
    ],
  ])('is refused for %s: %o', async (parameter, query) => {
    const response = await get(query as Record<string, string>);
    expect(response.statusCode).toBe(422);
    expect(response.json().errors).toMatchObject([{ parameter }]);
  });

  test('may have 400 days, and lie in the far past', async () => {
    expect((await get({ from: '2026-01-01', to: '2027-02-05' })).statusCode).toBe(200);
    expect((await get({ to: '1970-01-01' })).json()).toEqual({ items: [], next: null });
  });
});
