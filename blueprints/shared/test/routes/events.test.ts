import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/http/app.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { createLogger } from '../../src/logger.ts';
import { config, testApp, tokens } from '../app.ts';
import { testDatabase } from '../support/database.ts';
import { readEvents } from '../support/events.ts';
import { createJob } from '../support/jobs.ts';
import { until } from '../support/wait.ts';

const database = testDatabase();
const api = testApp(database);
const apps: App[] = [];
let store: JobStore;
let caller: Record<string, string>;

beforeAll(async () => {
  store = new JobStore(database.db, { leaseS: 30, backoffMs: 0 });
  caller = await api.as('t1', 'jobs:read');
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** One more api process, so to say, that listens. */
async function listening(given: Partial<typeof config> = {}) {
  const lines: Record<string, unknown>[] = [];
  const registry = new Registry();
  const app = await createApp({
    config: { ...config, DATABASE_URL: database.url, STREAM_POLL_MS: 50, ...given },
    log: createLogger('info', 'test', { write: (line: string) => lines.push(JSON.parse(line)) }),
    db: database.db,
    registry,
    tokens,
  });
  apps.push(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const read = (id: string, headers: Record<string, string> = {}) =>
    readEvents(`http://127.0.0.1:${port}/v1/jobs/${id}/events`, { ...caller, ...headers });
  const requests = () => lines.filter(({ msg }) => msg === 'request');
  return { app, registry, read, requests, port };
}

async function finish({ id, run }: { id: string; run: number }) {
  await store.claim({ id, run });
  await store.finish({ id, run }, { summary: 'short' });
}

test('a job is followed to its end, past any cache and any buffer', async () => {
  const { read } = await listening();
  const job = await createJob(store);
  const reading = await read(job.id);
  expect(reading.response.status).toBe(200);
  expect(Object.fromEntries(reading.response.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  await until('the first event', () => reading.names().length === 1);
  await finish(job);
  await reading.over;
  expect(reading.names()).toEqual(['queued', 'active', 'succeeded']);
  expect(reading.events().at(-1)?.data.result).toEqual({ summary: 'short' });
  const rest = await read(job.id, { 'last-event-id': '2' });
  await rest.over;
  expect(rest.names()).toEqual(['succeeded']);
  expect((await read(job.id, { 'last-event-id': '3' })).response.status).toBe(204);
});

test.each(['x', '-1', '1.5', '', ' ', '1e3', '12345678901'])(
  'Last-Event-ID %j is 422',
  async (last) => {
    const { id } = await createJob(store);
    const url = `/v1/jobs/${id}/events`;
    const response = await api.inject({ url, headers: { ...caller, 'last-event-id': last } });
    expect(response.statusCode).toBe(422);
    expect(response.json().errors[0].header.toLowerCase()).toBe('last-event-id');
  },
);

test('there is none for a job that is absent, another tenant’s, or no job at all', async () => {
  const { id } = await createJob(store);
  const stranger = await api.as('t2', 'admin');
  const writer = await api.as('t1', 'jobs:write');
  const status = async (path: string, headers: Record<string, string>) =>
    (await api.inject({ url: `/v1/jobs/${path}/events`, headers })).statusCode;
  expect(await status('00000000-0000-7000-8000-000000000000', caller)).toBe(404);
  expect(await status('abc', caller)).toBe(404);
  expect(await status(id, stranger)).toBe(404);
  expect(await status(id, writer)).toBe(403);
  expect(await status(id, {})).toBe(401);
  const head = { method: 'HEAD' as const, url: `/v1/jobs/${id}/events`, headers: caller };
  expect((await api.inject(head)).statusCode).toBe(405);
});

test('beyond its streams a process says when to come again', async () => {
  const { read } = await listening({ STREAM_CONNECTIONS: 1 });
  const { id } = await createJob(store);
  const first = await read(id);
  const { response } = await read(id);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  first.stop();
});

test('a process that closes ends its streams, and another goes on without a gap', async () => {
  const [first, second] = [await listening(), await listening()];
  const job = await createJob(store);
  const before = await first.read(job.id);
  await until('the first event', () => before.names().length === 1);
  await first.app.close();
  await before.over;
  await store.claim(job);
  const last = String(before.events().at(-1)?.id);
  const after = await second.read(job.id, { 'last-event-id': last });
  await store.finish(job, {});
  await after.over;
  expect([...before.names(), ...after.names()]).toEqual(['queued', 'active', 'succeeded']);
});

test('a stream is measured when it begins and logged once, whoever ends it', async () => {
  const { read, registry, requests } = await listening();
  const jobs = [await createJob(store), await createJob(store)] as const;
  const readings = await Promise.all(jobs.map(({ id }) => read(id)));
  const series = async () => {
    const metrics = await registry.getMetricsAsJSON();
    return metrics.flatMap(({ name, values }) =>
      values.map(({ value, ...rest }) => ({
        name: 'metricName' in rest ? rest.metricName : name,
        value,
      })),
    );
  };
  await until('both', () => readings.every((reading) => reading.names().length === 1));
  const metric = async (name: string) => (await series()).find((one) => one.name === name)?.value;
  expect(await metric('http_event_streams')).toBe(2);
  expect(await metric('http_events_sent_total')).toBe(2);
  const seconds = await metric('http_request_duration_seconds_sum');
  expect(await metric('http_request_duration_seconds_count')).toBe(2);
  expect(requests()).toEqual([]);
  await finish(jobs[0]);
  await readings[0]?.over;
  readings[1]?.stop();
  await until('both lines', () => requests().length === 2);
  expect(requests()[0]).toMatchObject({ route: '/v1/jobs/:id/events', status: 200 });
  expect(await metric('http_request_duration_seconds_sum')).toBe(seconds);
  expect(await metric('http_event_streams')).toBe(0);
});
