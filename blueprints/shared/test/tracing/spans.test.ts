import { SpanStatusCode } from '@opentelemetry/api';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { statement } from '../../src/database/statement.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { summarize } from '../../src/jobs/types/summarize/type.ts';
import { scheduleMetrics } from '../../src/schedules/metrics.ts';
import { Schedules } from '../../src/schedules/schedules.ts';
import { Ticker } from '../../src/schedules/ticker.ts';
import { activeTraceparent } from '../../src/tracing/spans.ts';
import { testDatabase } from '../support/database.ts';
import { testDependency } from '../support/handlers.ts';
import { newJob } from '../support/jobs.ts';
import { silent } from '../support/log.ts';
import { recordSpans } from '../support/spans.ts';

const database = testDatabase();
const { request, all } = recordSpans();
const { signal } = new AbortController();

test('callers whose jobs are created together have a span each', async () => {
  const store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  const create = () => request(() => store.create(newJob()));
  const traces = await Promise.all([create(), create(), create()]);
  for (const { id, spans } of traces) {
    const [span] = spans();
    expect(spans().map(({ name }) => name)).toEqual(['jobs.create']);
    expect(span?.parentSpanContext?.spanId).toBe(id);
  }
});

test('a call that waited for its turn is still in the trace of its caller', async () => {
  const api = testDependency({ name: 'api', timeoutMs: 5000, concurrency: 1 });
  const sent: (string | undefined)[] = [];
  const call = () =>
    request(() =>
      api.call(
        async () => {
          await new Promise(setImmediate);
          sent.push(activeTraceparent());
        },
        { signal },
      ),
    );
  const traces = await Promise.all([call(), call()]);
  const called = traces.map(({ spans }) => spans().map((one) => one.spanContext()));
  const expected = called.map(([one]) => `00-${one?.traceId}-${one?.spanId}-01`);
  expect(sent).toEqual(expected);
  expect(new Set(expected).size).toBe(2);
});

test('a refused call says why', async () => {
  const breaker = { minimumCalls: 1, openMs: 60_000, longestOpenMs: 60_000 };
  const api = testDependency({ name: 'api', timeoutMs: 5000, concurrency: 1, breaker });
  const call = () => api.call(() => Promise.reject(new TypeError('wrong')), { signal });
  const { spans } = await request(async () => {
    await call().catch(() => {});
    await call().catch(() => {});
  });
  const [failed, refused] = spans();
  expect(failed?.attributes).toMatchObject({
    'outgoing.outcome': 'failed',
    'error.type': 'TypeError',
  });
  expect(failed?.events).toMatchObject([{ attributes: { 'outgoing.breaker': 'closed' } }]);
  expect(refused?.attributes).toMatchObject({
    'outgoing.refusal': 'open',
    'error.type': 'CallRefused',
  });
  expect(refused?.status.code).toBe(SpanStatusCode.ERROR);
  expect(refused?.events).toEqual([]);
});

test('of a failed statement the code is told, and not what it said', async () => {
  const cast = statement('test.cast', 'SELECT $1::text::int');
  const { spans } = await request(() => database.db.query(cast, ['4711 or so']).catch(() => {}));
  const [span] = spans();
  expect(span).toMatchObject({ name: 'test.cast', attributes: { 'error.type': '22P02' } });
  expect(JSON.stringify([span?.status, span?.events, span?.attributes])).not.toContain('4711');
});

test('of a trace that its caller does not record nothing is recorded', async () => {
  const before = all().length;
  const caller = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`;
  const store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  await request(() => store.create(newJob()), caller);
  expect(all().length).toBe(before);
});

test('what goes on after its request has ended is in no trace', async () => {
  const ping = statement('test.later', 'SELECT 1');
  const later = Promise.withResolvers<void>();
  let done: Promise<unknown> | undefined;
  const { spans } = await request(async () => {
    done = later.promise.then(() => database.db.query(ping));
  });
  later.resolve();
  await done;
  expect(spans()).toEqual([]);
});

test('a tick begins the trace of its job, once however many workers race for it', async () => {
  const cadence = { cron: null, time_zone: null, every_s: 60 } as const;
  const schedule = { tenant: 't1', name: 'traced', type: 'summarize', input: {}, cadence };
  await new Schedules(database.db).add(schedule);
  await database.pool.query('UPDATE schedules SET next_due_at = created_at');
  const metrics = scheduleMetrics(new Registry(), database.db, []);
  const options = { types: [summarize], maxAttempts: 1, keyTtlH: 24, metrics };
  const workers = [1, 2, 3].map(() => new Ticker(database.db, options, silent));
  await Promise.all(workers.map((worker) => worker.tick()));
  const { rows } = await database.pool.query(
    `SELECT jobs.id, jobs.traceparent FROM jobs JOIN idempotency_keys ON job_id = jobs.id`,
  );
  const ticks = all().filter(({ name }) => name === 'tick summarize');
  expect(ticks.map(({ attributes }) => attributes['job.id'])).toEqual(rows.map(({ id }) => id));
  const { traceId, spanId } = ticks[0]?.spanContext() ?? {};
  expect(rows[0].traceparent).toBe(`00-${traceId}-${spanId}-01`);
});
