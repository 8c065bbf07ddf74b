import { expect, test } from 'vitest';
import { JobStore } from '../../src/jobs/store.ts';
import { testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';
import { createJob } from '../support/jobs.ts';

const database = testDatabase();
const api = testApp(database);
const error = { name: 'AiError', message: 'wrong', stack: 'AiError: wrong\n    at here' };

async function die() {
  const store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  const run = await createJob(store);
  await store.claim(run);
  await store.fail({ ...run, error, permanent: true });
  return run.id;
}

test('dead letters are listed, paged and replayed once', async () => {
  const jobs = [await die(), await die(), await die()].reverse();
  const headers = await api.as('t1', 'admin');
  const first = (await api.inject({ url: '/v1/dead-letters?limit=2', headers })).json();
  const url = `/v1/dead-letters?limit=2&cursor=${first.next}`;
  const second = (await api.inject({ url, headers })).json();
  const letters = [...first.items, ...second.items];
  expect(letters.map((letter) => letter.job_id)).toEqual(jobs);
  expect(second.next).toBeNull();
  expect(Object.keys(letters[0]).sort()).toEqual([
    'attempts',
    'died_at',
    'error',
    'id',
    'job_id',
    'trace_id',
    'type',
  ]);
  expect(letters[0]).toMatchObject({ attempts: 1, error, type: 'summarize' });

  const replay = (who: Record<string, string>) =>
    api.inject({ method: 'POST', url: `/v1/dead-letters/${letters[0].id}/replay`, headers: who });
  expect((await replay(await api.as('t2', 'admin'))).statusCode).toBe(404);
  const replayed = await replay(headers);
  expect(replayed.statusCode).toBe(202);
  expect(replayed.headers.location).toBe(`/v1/jobs/${jobs[0]}`);
  expect(replayed.json()).toMatchObject({ id: jobs[0], status: 'queued', attempts: 0 });
  expect((await replay(headers)).statusCode).toBe(409);
  const left = (await api.inject({ url: '/v1/dead-letters', headers })).json();
  expect(left.items).toHaveLength(2);
});
