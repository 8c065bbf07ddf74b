import pg from 'pg';

/** What every job is given and gives: 220 and 180 bytes of JSON, about. */
export const input = { text: 'a text '.repeat(29) };
export const result = { summary: 'a word '.repeat(23) };

export const [, , command = '', total = '0'] = process.argv;
export const count = Number(total);

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

/** The result of a job, by one named statement. */
export async function store(job: string): Promise<void> {
  const text = 'INSERT INTO results (job, result) VALUES ($1, $2)';
  await pool.query({ name: 'store', text, values: [job, result] });
}

/** The results of a batch, by one statement. */
export async function storeAll(jobs: string[]): Promise<void> {
  const text = 'INSERT INTO results (job, result) SELECT unnest($1::text[]), $2';
  await pool.query({ name: 'store-all', text, values: [jobs, result] });
}

let stored = 0;
let first = 0;
const cpuBefore = process.cpuUsage();

/** Counts what is stored; after the last says how long it took from the first, and ends. */
export function tell(more = 1): void {
  if (stored === 0) first = performance.now();
  stored += more;
  if (stored < count) return;
  const { user, system } = process.cpuUsage(cpuBefore);
  const told = { seconds: (performance.now() - first) / 1000, cpu: (user + system) / 1e6 };
  console.log(JSON.stringify(told));
  process.exit();
}

/** Enqueues all in batches, says how long it took, and ends. */
export async function enqueue(size: number, add: (batch: number[]) => Promise<unknown>) {
  const startedAt = performance.now();
  for (let at = 0; at < count; at += size) {
    await add(Array.from({ length: Math.min(size, count - at) }, (_, i) => at + i));
  }
  console.log(JSON.stringify({ seconds: (performance.now() - startedAt) / 1000 }));
  process.exit();
}
