import { expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnosis.ts';
import type { Cause } from '../../src/diagnose/finding.ts';
import type {
  OutgoingReading,
  PostgresReading,
  ProcessReading,
  Readings,
} from '../../src/diagnose/readings.ts';

// Conditions that causes.test.ts does not bring about, in readings alone.

const seconds = 10;
const cost = (calls: number, each: number) => ({ calls, seconds: calls * each });
const depths = { due: 0, published: 0, active: 1, waiting: 0, put_off: 0, oldest_s: null };
const noLocks = {
  waiting: 0,
  active: 2,
  blocker_s: null,
  blocker_pid: null,
  blocker_state: null,
};

const ai: OutgoingReading = {
  dependency: 'ai',
  calls: cost(10, 8),
  failed: 0,
  refused: 0,
  inUse: 8,
  open: false,
};

const api: ProcessReading = {
  url: 'http://api:9400',
  loop: 0.3,
  pool: { size: 5, callers: 0.5 },
  statements: new Map([['jobs.find', cost(1000, 0.005)]]),
  requests: cost(1000, 0.01),
  cache: undefined,
  worker: undefined,
  outgoing: [],
};

const worker: ProcessReading = {
  ...api,
  url: 'http://worker:9400',
  statements: new Map(),
  requests: undefined,
  worker: { slots: 15, busy: 8, runs: cost(10, 8.1) },
  outgoing: [ai],
};

const postgres: PostgresReading = {
  server: {
    version: '18.0',
    max_connections: 100,
    connections: 20,
    shared_buffers: '128MB',
    statistics: true,
    blocks_hit: 1e6,
    blocks_read: 1e4,
  },
  blocks: { hit: 100_000, read: 100 },
  locks: [noLocks, noLocks],
  queue: [depths, depths],
  tables: [{ table: 'jobs_default', rows: 1e6, scans: 0, scanned: 0 }],
  statements: [],
};

const well: Readings = {
  seconds,
  expected: { aiSeconds: 10, waitSeconds: 10 },
  postgres,
  processes: [api, worker],
  redis: [{ name: 'REDIS_URL', pingSeconds: 0.001, usedBytes: 1e8, maxBytes: 1e9, evicted: 0 }],
  unread: [],
};

const withPostgres = (some: Partial<PostgresReading>): Readings => ({
  ...well,
  postgres: { ...postgres, ...some },
});
const withAi = (some: Partial<OutgoingReading>): Readings => ({
  ...well,
  processes: [api, { ...worker, outgoing: [{ ...ai, ...some }] }],
});
const { server } = postgres;
const statement = { name: 'SELECT', text: 'SELECT', scans: [] };

const conditions: [Cause, string, Readings][] = [
  ['ai-failing', 'a third of all calls fails', withAi({ failed: 4 })],
  [
    'ai-failing',
    'its breaker is open, and nobody calls',
    withAi({ calls: cost(0, 0), open: true }),
  ],
  [
    'ai-slow',
    'no call ended',
    {
      ...withAi({ calls: cost(0, 0), inUse: 8 }),
      expected: { aiSeconds: 2, waitSeconds: 10 },
    },
  ],
  ['buffers', 'reads miss them', withPostgres({ blocks: { hit: 100_000, read: 50_000 } })],
  ['connections', 'few are left', withPostgres({ server: { ...server, connections: 95 } })],
  ['event-loop', 'it has no time left', { ...well, processes: [{ ...api, loop: 0.97 }, worker] }],
  [
    'redis',
    'it answers late',
    { ...well, redis: [{ ...well.redis[0], pingSeconds: 0.05 } as never] },
  ],
  ['redis', 'it is full', { ...well, redis: [{ ...well.redis[0], usedBytes: 9.5e8 } as never] }],
  [
    'slow-statement',
    'it keeps a connection busy',
    withPostgres({ statements: [{ ...statement, calls: 10, serverSeconds: 8 }] }),
  ],
];

test.each(conditions)('%s: %s', (cause, _, readings) => {
  expect(diagnose(readings)).toMatchObject({ bottleneck: { cause, because: null }, others: [] });
});

test('what is well has no bottleneck', () => {
  expect(diagnose(well)).toMatchObject({ bottleneck: null, others: [] });
});

test('a smaller loss that brings about a greater one is the bottleneck', () => {
  const full = { ...api, loop: 0.9, pool: { size: 1, callers: 100 } };
  expect(diagnose({ ...well, processes: [full, worker] })).toMatchObject({
    bottleneck: { cause: 'event-loop', severity: 0.9 },
    others: [{ cause: 'pool', severity: 0.99, because: 'event-loop' }],
  });
});

test('a queue that is long but moves on in time is not the workers’ fault', () => {
  const [before, after] = [50, 40].map((waiting) => ({ ...depths, waiting, oldest_s: 3 }));
  const busy = { ...worker, worker: { slots: 15, busy: 15, runs: cost(18, 8) } };
  const readings = { ...withPostgres({ queue: [before, after] as never }), processes: [api, busy] };
  expect(diagnose(readings).bottleneck).toBeNull();
});
