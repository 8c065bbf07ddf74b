import { randomUUID } from 'node:crypto';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const text = `INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent, due_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp()) RETURNING id, created_at`;

export interface NewJob {
  type: string;
  input: unknown;
}

/** Inserts one job by one named statement, and nothing else. */
export async function insertJob({ type, input }: NewJob) {
  const traceparent = '00-00000000000000000000000000000001-0000000000000001-00';
  const values = [randomUUID(), 't1', type, JSON.stringify(input), 2, 5, traceparent];
  const { rows } = await pool.query({ name: 'insert', text, values });
  return { ...rows[0], type, status: 'queued' };
}
