import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { eventsAfter } from '../../src/events/statements.ts';
import type { NewJob } from '../../src/jobs/model.ts';
import type { JobStore } from '../../src/jobs/store.ts';
import { traceparentOf } from '../../src/trace.ts';

export const newJob = (given: Partial<NewJob> = {}): NewJob => ({
  id: uuidv7(),
  tenant: 't1',
  type: 'summarize',
  input: JSON.stringify({ text: 'a text' }),
  priority: 2,
  maxAttempts: 3,
  delayMs: 0,
  traceparent: traceparentOf(undefined),
  ...given,
});

/** Creates a job and answers its first run. */
export async function createJob(store: JobStore, given: Partial<NewJob> = {}) {
  const job = newJob(given);
  await store.create(job);
  return { id: job.id, run: 1 };
}

/** A job's row, whole. */
export async function rowOf(pool: pg.Pool, id: string) {
  const { rows } = await pool.query('SELECT * FROM jobs WHERE id = $1', [id]);
  return rows[0];
}

export async function eventsOf(pool: pg.Pool, id: string): Promise<string[]> {
  const { rows } = await pool.query(eventsAfter.text, [[id], [0], 1000]);
  return rows.map(({ type }) => type);
}

/** Pretends that so many seconds have passed for a job. */
export async function age(pool: pg.Pool, id: string, seconds: number) {
  await pool.query(
    `UPDATE jobs SET lease_until = lease_until - $2 * interval '1 second',
       due_at = due_at - $2 * interval '1 second',
       published_at = published_at - $2 * interval '1 second' WHERE id = $1`,
    [id, seconds],
  );
}
