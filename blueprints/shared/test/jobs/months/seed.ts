import { firstIdAt } from '../../../src/jobs/ids.ts';
import { seed } from '../seed.ts';

// Partitions for the younger half of the jobs, and an empty one for those to come; the older half
// stays in the default one. It runs before the seed of the jobs.

const partitions = 14;
const startMs = seed.moment.getTime();
const stepMs = (Date.now() - startMs) / partitions;
const bound = (i: number) => firstIdAt(new Date(Math.ceil(startMs + i * stepMs)));

export default Array.from({ length: partitions + 1 }, (_, i) =>
  ['jobs', 'job_events'].map(
    (table) =>
      `CREATE UNLOGGED TABLE ${table}_${i} PARTITION OF ${table}
       FOR VALUES FROM ('${bound(i)}') TO ('${bound(i + 1)}')`,
  ),
).flat();
