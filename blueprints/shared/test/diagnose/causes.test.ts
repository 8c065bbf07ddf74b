import { expect, test, vi } from 'vitest';
import type { Diagnosis } from '../../src/diagnose/diagnosis.ts';
import { service } from './service.ts';

// Each condition meets the same requests, so that what is found follows from it alone.

vi.setConfig({ testTimeout: 120_000 });

const { diagnoseUnder, sql } = service();

const causeOf = ({ bottleneck }: Diagnosis) => bottleneck?.cause;
const shown = (diagnosis: Diagnosis) => JSON.stringify(diagnosis, null, 2);

test('a service that is well', async () => {
  const diagnosis = await diagnoseUnder();
  expect([diagnosis.bottleneck, diagnosis.others], shown(diagnosis)).toEqual([null, []]);
  expect(diagnosis.unread).toEqual([]);
});

test('an index is missing, with and without pg_stat_statements', async () => {
  await sql('DROP INDEX dead_letters_open');
  try {
    const diagnosis = await diagnoseUnder();
    expect(causeOf(diagnosis), shown(diagnosis)).toBe('missing-index');
    expect(diagnosis.bottleneck?.title).toContain('dead_letters');
    await sql('DROP EXTENSION pg_stat_statements');
    const without = await diagnoseUnder();
    expect(causeOf(without), shown(without)).toBe('missing-index');
    expect(without.unread.join()).toContain('CREATE EXTENSION pg_stat_statements');
  } finally {
    await sql('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await sql(`CREATE INDEX dead_letters_open ON dead_letters (tenant, died_at, id)
      WHERE replayed_at IS NULL`);
  }
});

test('rows are asked for one by one', async () => {
  const NODE_OPTIONS = `--import=${new URL('one-by-one.ts', import.meta.url).href}`;
  const diagnosis = await diagnoseUnder({ api: { NODE_OPTIONS }, list: '/v1/one-by-one' });
  expect(causeOf(diagnosis), shown(diagnosis)).toBe('n-plus-one');
  expect(diagnosis.bottleneck?.title).toContain('jobs.find');
});

test('the pool is tiny', async () => {
  const diagnosis = await diagnoseUnder({ api: { API_POOL: '1' } });
  expect(causeOf(diagnosis), shown(diagnosis)).toBe('pool');
});

test('the cache is off', async () => {
  const diagnosis = await diagnoseUnder({ api: { CACHE_L1_MB: '0' } });
  expect(causeOf(diagnosis), shown(diagnosis)).toBe('cold-cache');
});

test('workers are too few', async () => {
  const diagnosis = await diagnoseUnder({ worker: { WORKER_CONCURRENCY: '1' } });
  expect(causeOf(diagnosis), shown(diagnosis)).toBe('workers');
});

test('the AI API is slow', async () => {
  const diagnosis = await diagnoseUnder({ aiMs: 1500 });
  expect(causeOf(diagnosis), shown(diagnosis)).toBe('ai-slow');
  // Its slots are full, too, and by now the queue may be old: that is no cause of its own.
  const others = diagnosis.others.filter(({ because }) => because !== 'ai-slow');
  expect(others, shown(diagnosis)).toEqual([]);
});
