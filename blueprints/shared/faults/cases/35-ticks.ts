import { setTimeout as sleep } from 'node:timers/promises';
import { Schedules } from '../../src/schedules/schedules.ts';
import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import type { World } from '../world.ts';

const everyMs = 2000;
const schedule = {
  tenant: 'faults',
  name: 'ticks',
  type: 'summarize',
  input: { text: 'a tick' },
  cadence: { cron: null, time_zone: null, every_s: everyMs / 1000 },
} as const;

export default {
  number: 35,
  title: 'workers SIGKILL around the ticks of a schedule, then all of them through three ticks',
  seeds: 20,
  async run(world) {
    const schedules = new Schedules(world.db);
    const workers = await Promise.all([world.startWorker(), world.startWorker()]);
    const first = await schedules.add(schedule);
    if (!first) throw new Error('The schedule was not added');

    // In turn, each within half a second of a tick: one is always there.
    for (const turn of [0, 1, 0, 1]) {
      await sleepUntilTick(world, first.getTime());
      await workers[turn]?.kill();
      workers[turn] = await world.startWorker();
    }
    for (const worker of workers) await worker.kill();
    const ticks = await ticksOf(world);
    const last = ticks.at(-1) ?? 0;
    const wanted = (last - first.getTime()) / everyMs + 1;
    world.figures.exactly('ticks_without_a_job', wanted - ticks.length, 0);

    await sleep(3 * everyMs);
    const backAt = await world.clock();
    await world.startWorker();
    const since = async () => (await ticksOf(world)).filter((tick) => tick > last);
    await until('two ticks', async () => (await since()).length >= 2);
    await schedules.pause(schedule);
    const missed = (await since()).filter((tick) => tick < backAt);
    world.figures.exactly('jobs_of_what_all_missed', missed.length, 1);

    await world.drain();
    const all = await ticksOf(world);
    world.figures.note('ticks', all.length);
    world.figures.exactly('jobs_beside_ticks', (await countJobs(world.pool)) - all.length, 0);
  },
} satisfies FaultCase;

/** To a moment half a second before or after the tick after the next. */
async function sleepUntilTick(world: World, first: number) {
  const now = await world.clock();
  const tick = first + (Math.ceil((now - first) / everyMs) + 1) * everyMs;
  await sleep(tick - now + world.random.int(-500, 500));
}

/** The instants whose jobs are there, in their order, as the jobs' keys tell them. */
async function ticksOf(world: World): Promise<number[]> {
  const { rows } = await world.pool.query<{ tick: string }>(
    `SELECT split_part(key, ' ', 3) AS tick FROM idempotency_keys JOIN jobs ON id = job_id
     WHERE key LIKE 'schedule %' ORDER BY 1`,
  );
  return rows.map(({ tick }) => Date.parse(tick));
}
