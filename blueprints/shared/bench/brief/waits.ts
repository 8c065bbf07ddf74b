import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../faults/figures.ts';
import { Random } from '../../faults/random.ts';
import type { Api, World } from '../../faults/world.ts';
import type { Load } from './forecast.ts';
import { exponential, operation } from './load.ts';

const candidates = 200;

/** A job: when it comes and how long it takes, ms. */
interface Arrival {
  at: number;
  ms: number;
}

/** Times run faster, so that enough jobs come: at most 100 a second, which this machine can work
 *  off, with operations that are long beside what a job takes besides, and waits to be seen. */
export function compression({ jobs_per_s, operation_s }: Load, waitS: number): number {
  const bounds = [100 / jobs_per_s, operation_s / 0.3, Math.max(waitS, 1) / 0.03];
  return Math.max(1, Math.floor(Math.min(...bounds)));
}

/** As many jobs as run on average are there from the beginning. */
function draw(seed: number, load: Load, factor: number, seconds: number): Arrival[] {
  const random = new Random(seed);
  const meanMs = (load.operation_s * 1000) / factor;
  const running = Math.round(load.jobs_per_s * load.operation_s);
  const arrivals: Arrival[] = [];
  for (let i = 0; i < running; i += 1) arrivals.push({ at: 0, ms: exponential(random, meanMs) });
  const betweenMs = 1000 / (load.jobs_per_s * factor);
  let at = exponential(random, betweenMs);
  for (; at < seconds * 1000; at += exponential(random, betweenMs)) {
    arrivals.push({ at, ms: exponential(random, meanMs) });
  }
  return arrivals;
}

/** What the jobs would wait, ms, if slots took them in order and nothing else took time. */
function idealWaits(arrivals: Arrival[], slots: number): number[] {
  const free = Array.from({ length: slots }, () => 0);
  return arrivals.map(({ at, ms }) => {
    const slot = free.indexOf(Math.min(...free));
    const start = Math.max(at, free[slot] ?? 0);
    free[slot] = start + ms;
    return start - at;
  });
}

/** p95 of those that come while others run. */
const p95 = (waits: number[], load: Load) =>
  percentile(waits.slice(Math.round(load.jobs_per_s * load.operation_s)), 0.95);

/** The p95 wait is a rare event's: draws of an hour differ from each other by more than what is looked
 *  for. So this takes the draw of many for which a queue without any cost of its own comes nearest to
 *  what the brief says, and what differs then is the service's. */
function representative(load: Load, waitS: number, factor: number, seconds: number) {
  const draws = Array.from({ length: candidates }, (_, seed) => draw(seed, load, factor, seconds));
  const ideal = draws.map(
    (arrivals) => (p95(idealWaits(arrivals, load.job_slots), load) * factor) / 1000,
  );
  const off = ideal.map((value) => Math.abs(value - waitS));
  const nearest = off.indexOf(Math.min(...off));
  return { arrivals: draws[nearest] ?? [], idealS: ideal[nearest] ?? 0 };
}

/** From acceptance to the first run, p95, in seconds of the brief. `overheadS` is what a job takes
 *  besides its operation: it is not compressed, so the operation is shortened by what it is too long. */
export async function measureWait(
  world: World,
  api: Api,
  load: Load,
  {
    waitS,
    factor,
    overheadS,
    seconds,
  }: Record<'waitS' | 'factor' | 'overheadS' | 'seconds', number>,
) {
  const { arrivals, idealS } = representative(load, waitS, factor, seconds);
  const tooLongMs = overheadS * 1000 * (1 - 1 / factor);
  const startedAt = performance.now();
  const answers: Promise<{ id: string }>[] = [];
  for (const { at, ms } of arrivals) {
    const dueMs = startedAt + at - performance.now();
    if (dueMs > 0) await sleep(dueMs);
    answers.push(api.submit(operation(ms - tooLongMs, load)));
  }
  const ids = (await Promise.all(answers)).map(({ id }) => id);
  await world.drain();
  const { rows } = await world.pool.query<{ id: string; ms: number }>(
    `SELECT id, extract(epoch FROM started_at - created_at)::float8 * 1000 AS ms
     FROM jobs WHERE id = ANY($1)`,
    [ids],
  );
  const waited = new Map(rows.map(({ id, ms }) => [id, ms]));
  const waits = ids.map((id) => waited.get(id) ?? Number.NaN);
  return { waitS: (p95(waits, load) * factor) / 1000, idealS, jobs: waits.length };
}
