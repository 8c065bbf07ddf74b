import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../faults/figures.ts';
import type { ServiceProcess } from '../../faults/process.ts';
import type { Api, World } from '../../faults/world.ts';
import { type Clock, clockOf } from './cpu.ts';
import type { Load } from './forecast.ts';
import { exponential, operation } from './load.ts';

const done = 'job_runs_total';
const rounds = 3;

/** Has the worker do nothing while jobs pile up, so that what is measured is its work alone. */
async function pileUp(worker: ServiceProcess, submit: () => Promise<unknown>) {
  worker.signal('SIGSTOP');
  try {
    await submit();
  } finally {
    worker.signal('SIGCONT');
  }
}

/** CPU µs a job of one worker and of Postgres, with operations that take no time: medians of rounds,
 *  as Postgres cleans up in between whenever it likes. */
export async function measureJobCost(
  api: Api,
  worker: ServiceProcess,
  load: Load,
  count: number,
  postgres?: Clock,
) {
  const text = operation(0, load);
  const node = clockOf(worker);
  const look = async () => [await worker.metric(done), await node(), await postgres?.()] as const;
  await api.submitMany(count / 4, text);
  await sleep(1000); // warm
  const jobNodeUs: number[] = [];
  const jobUs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await pileUp(worker, () => api.submitMany(count, text));
    const before = await look();
    let now = before;
    while (now[0] < before[0] + count * 0.9) {
      await sleep(200);
      now = await look();
    }
    const jobs = now[0] - before[0];
    jobNodeUs.push((1e6 * (now[1] - before[1])) / jobs);
    jobUs.push((1e6 * ((now[2] ?? Number.NaN) - (before[2] ?? Number.NaN))) / jobs);
  }
  return { jobNodeUs: percentile(jobNodeUs, 0.5), jobUs: percentile(jobUs, 0.5) };
}

interface Row {
  startedAt: number;
  ms: number;
}

/** Seconds that a slot is taken by a job beside its operation, with a queue that never empties. */
export async function measureSlot(
  world: World,
  api: Api,
  worker: ServiceProcess,
  load: Load,
  { operationMs, seconds }: { operationMs: number; seconds: number },
) {
  const slots = load.worker_concurrency;
  const count = slots + Math.ceil((slots * seconds * 1000) / operationMs);
  const draws = new Map<string, number>();
  await pileUp(worker, async () => {
    for (let i = 0; i < count; i += 1) {
      const ms = Math.round(exponential(world.random, operationMs));
      draws.set((await api.submit(operation(ms, load))).id, ms);
    }
  });
  await world.drain();
  const { rows } = await world.pool.query<{ id: string; started_at: Date }>(
    'SELECT id, started_at FROM jobs WHERE id = ANY($1)',
    [[...draws.keys()]],
  );
  const jobs = rows.map(({ id, started_at }) => ({
    startedAt: started_at.getTime(),
    ms: draws.get(id) ?? 0,
  }));
  return { overheadS: overhead(jobs, slots) / 1000 };
}

/** Until the last job starts, all slots are taken: by operations, and by what is looked for. */
function overhead(jobs: Row[], slots: number): number {
  const starts = jobs.map(({ startedAt }) => startedAt).sort((a, b) => a - b);
  // Claims of the first jobs come in a batch; from then on a slot's end is another's beginning.
  const from = starts[slots - 1] ?? 0;
  const until = starts.at(-1) ?? 0;
  const worked = jobs.map(({ startedAt, ms }) =>
    Math.max(0, Math.min(until, startedAt + ms) - Math.max(from, startedAt)),
  );
  const taken = slots * (until - from) - worked.reduce((sum, ms) => sum + ms, 0);
  return taken / starts.filter((at) => at > from).length;
}
