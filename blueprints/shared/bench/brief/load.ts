import type { Random } from '../../faults/random.ts';
import type { Api, World } from '../../faults/world.ts';
import type { Load } from './forecast.ts';

const words = (kb: number) => 'word '.repeat(Math.ceil((kb * 1000) / 5));

/** An exponential draw, as the brief's formula takes the times of operations and between jobs. */
export const exponential = (random: Random, mean: number) => -mean * Math.log(1 - random.next());

/** The text of a job that the fake AI API takes so long for. Half of what is stored is input. */
export const operation = (ms: number, { job_kb }: Load) =>
  `[[delay:${Math.max(0, Math.round(ms))}]]${words(job_kb / 2)}`;

const listed = 20;

/** Gives every finished job a result, so large that answers are on average as large as the brief takes
 *  them to be; answers the jobs' ids. */
export async function finishedJobs(world: World, { response_kb }: Load): Promise<string[]> {
  const jobKb = response_kb / (0.8 + 0.1 * listed); // see requestsOf
  const { rows } = await world.pool.query<{ id: string }>(
    `UPDATE jobs SET result = jsonb_build_object('summary', $1::text)
     WHERE status = 'succeeded' RETURNING id`,
    [words(Math.max(0, jobKb - 0.3))], // the rest of it takes as much
  );
  await world.pool.query('VACUUM ANALYZE jobs');
  return rows.map(({ id }) => id);
}

export type Request = () => Promise<{ status: number; text: string }>;

/** What the brief's requests are in this service. A write is a new job; a read asks after an
 *  unfinished job as often as the brief expects polls, else eight in ten take a result, one lists jobs,
 *  one sums up usage. */
export function requestsOf(
  world: World,
  api: Api,
  load: Load,
  jobs: Record<'finished' | 'open', string[]>,
) {
  const { random } = world;
  const any = (ids: string[]) => ids[random.int(0, ids.length - 1)] ?? '';
  const text = operation(0, load);
  const read: Request = () => {
    const poll = random.next() < load.polls_per_s / load.reads_per_s;
    if (poll) return api.ask(`/v1/jobs/${any(jobs.open)}`);
    const turn = random.int(0, 9);
    if (turn === 0) return api.ask(`/v1/jobs?status=succeeded&limit=${listed}`);
    if (turn === 1) return api.ask('/v1/usage');
    return api.ask(`/v1/jobs/${any(jobs.finished)}`);
  };
  const write: Request = () => api.submit(text);
  const share = load.writes_per_s / (load.reads_per_s + load.writes_per_s);
  const mix: Request = () => (random.next() < share ? write() : read());
  return { mix, read, write };
}
