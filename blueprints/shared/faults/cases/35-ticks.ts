import { setTimeout as sleep } from 'node:timers/promises';
import { eventsAfter } from '../../src/events/statements.ts';
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
  cadence: { cron: null, time_zone: null, every_s: everyMs / 1000 },
} as const;

export default {
  number: 35,
  title: 'workers SIGKILL around the ticks of a schedule, then all of them through three ticks',
  seeds: 20,
  async run(world) {
    const schedules = new Schedules(world.db);
    const startWorker = () => world.startWorker({ WORKER_CONCURRENCY: '1' });
    const workers = await Promise.all([startWorker(), startWorker()]);
    // From jobs that are done before the next tick to those for which both workers are too slow.
    const text = `[[delay:${world.random.int(0, 6000)}]]`;
    const first = await schedules.add({ ...schedule, input: { text } });
    if (!first) throw new Error('The schedule was not added');

    // In turn, each within half a second of a tick: one is always there.
    for (const turn of [0, 1, 0, 1]) {
      await sleepUntilTick(world, first.getTime());
      await workers[turn]?.kill();
      workers[turn] = await startWorker();
    }
    for (const worker of workers) await worker.kill();
    const last = await lastTickOf(schedules);

    await sleep(3 * everyMs);
    const backAt = await world.clock();
    await startWorker();
    await until('two ticks', async () => (await lastTickOf(schedules)) >= backAt);
    const againAt = await world.clock();
    await schedules.pause(schedule);
    await world.drain();

    const jobs = await jobsOf(world);
    const hasJob = (tick: number) => jobs.some((job) => job.tick === tick);
    const waitsBefore = (tick: number) => jobs.findLast((job) => job.tick < tick)?.waits ?? [];
    /** It has no job, rightly: the one before waited between the tick and when it was taken at last. */
    const isSkipped = (tick: number, takenBy: number) =>
      !hasJob(tick) &&
      waitsBefore(tick).some(({ since, until }) => since <= takenBy && until >= tick);

    const taken = [...instantsOf(first.getTime(), last), await lastTickOf(schedules)];
    const skipped = taken.filter((tick) => isSkipped(tick, tick + everyMs));
    const made = taken.filter(hasJob);
    world.figures.exactly('ticks_without_a_job', taken.length - made.length - skipped.length, 0);

    // The first of them is taken late, and its job, or the one that waits, stands for all.
    const missed = instantsOf(last + everyMs, backAt);
    const late = missed.filter((tick, n) => hasJob(tick) || (n === 0 && isSkipped(tick, againAt)));
    world.figures.exactly('jobs_of_what_all_missed', late.length, 1);

    const besideWaiting = jobs.filter(({ tick, created }) =>
      waitsBefore(tick).some(({ since, until }) => since < tick && until > created),
    );
    world.figures.exactly('jobs_beside_a_waiting_one', besideWaiting.length, 0);
    world.figures.note('ticks', jobs.length);
    world.figures.note('skipped', skipped.length);
    world.figures.exactly('jobs_beside_ticks', (await countJobs(world.pool)) - jobs.length, 0);
  },
} satisfies FaultCase;

/** To a moment half a second before or after the tick after the next. */
async function sleepUntilTick(world: World, first: number) {
  const now = await world.clock();
  const tick = first + (Math.ceil((now - first) / everyMs) + 1) * everyMs;
  await sleep(tick - now + world.random.int(-500, 500));
}

const instantsOf = (from: number, to: number) =>
  Array.from({ length: Math.floor((to - from) / everyMs) + 1 }, (_, n) => from + n * everyMs);

async function lastTickOf(schedules: Schedules) {
  const at = (await schedules.find(schedule))?.last_tick_at;
  if (!at) throw new Error('The schedule has not ticked');
  return at.getTime();
}

/** All in ms. */
interface TickJob {
  tick: number;
  created: number;
  waits: { since: number; until: number }[];
}

/** The jobs of ticks in their order, as their keys tell it, and when they waited, as their events do.
 *  All have finished. */
async function jobsOf(world: World): Promise<TickJob[]> {
  const { rows } = await world.pool.query<{ id: string; tick: string; created_at: Date }>(
    `SELECT id, split_part(key, ' ', 3) AS tick, created_at
     FROM idempotency_keys JOIN jobs ON id = job_id WHERE key LIKE 'schedule %' ORDER BY tick`,
  );
  return Promise.all(
    rows.map(async ({ id, tick, created_at }) => ({
      tick: Date.parse(tick),
      created: created_at.getTime(),
      waits: await waitsOf(world, id),
    })),
  );
}

async function waitsOf(world: World, id: string) {
  const all = await world.db.query(eventsAfter, [[id], [0], 1000]);
  const events = all.filter(({ type }) => type !== 'progress');
  return events.flatMap(({ type, at }, n) => {
    const until = events[n + 1]?.at;
    const waits = until && (type === 'queued' || type === 'retrying');
    return waits ? [{ since: at.getTime(), until: until.getTime() }] : [];
  });
}
