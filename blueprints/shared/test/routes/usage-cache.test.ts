import { expect, test } from 'vitest';
import { config, testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';

const database = testDatabase();
const api = testApp(database, { ...config, STALENESS_S: 60, CACHE_L1_MB: 1 });

test('usage is read once for many who ask, each tenant for itself, and says how old it is', async () => {
  const mine = await api.as('t1', 'usage:read');
  const theirs = await api.as('t2', 'usage:read');
  const add = (tenant: string) =>
    database.pool.query(
      `INSERT INTO usage_days (tenant, day, type, jobs, succeeded, dead, seconds)
       VALUES ($1, current_date, 'summarize', 1, 1, 0, 1)`,
      [tenant],
    );
  const jobs = async (headers: Record<string, string>) => {
    const response = await api.inject({ url: '/v1/usage?group_by=type', headers });
    expect(Number(response.headers.age)).toBeLessThan(60);
    return response.json().items.map((item: { jobs: number }) => item.jobs);
  };
  await add('t1');
  expect(await jobs(mine)).toEqual([1]);
  await database.pool.query('DELETE FROM usage_days');
  expect(await jobs(mine)).toEqual([1]);
  expect(await jobs(theirs)).toEqual([]);
});
