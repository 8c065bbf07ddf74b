import { Connection } from 'rabbitmq-client';
import { DeadEvents } from '../src/bus/consumer/dead-events.ts';
import { deadQueueOf, queueOf } from '../src/bus/topology.ts';
import { until } from '../test/support/wait.ts';
import type { World } from './world.ts';

export interface Totals {
  succeeded: number;
  dead: number;
  cancelled: number;
  took_ms: number;
}

/** What the jobs say that has to be booked. No case that asks replays a job: each has ended once. */
const owed = `
  SELECT count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded,
    count(*) FILTER (WHERE status = 'dead')::int AS dead,
    count(*) FILTER (WHERE status = 'cancelled')::int AS cancelled,
    coalesce(round(sum(extract(epoch FROM finished_at - started_at)) * 1000), 0)::int AS took_ms
  FROM jobs`;

const booked = `
  SELECT coalesce(sum(succeeded), 0)::int AS succeeded, coalesce(sum(dead), 0)::int AS dead,
    coalesce(sum(cancelled), 0)::int AS cancelled, coalesce(sum(took_ms), 0)::int AS took_ms
  FROM ledger_entries`;

async function totals({ pool }: World, query: string): Promise<Totals> {
  const { rows } = await pool.query<Totals>(query);
  return rows[0] as Totals;
}

/** How many events have been booked. */
export async function countBooked(world: World): Promise<number> {
  const { succeeded, dead, cancelled } = await totals(world, booked);
  return succeeded + dead + cancelled;
}

/** Waits until every job has ended and the ledger has heard of it, and holds its sums against the jobs:
 *  nothing was lost, nothing counts twice. */
export async function booksAreRight(world: World): Promise<void> {
  await world.drain();
  const { succeeded, dead, cancelled, took_ms } = await totals(world, owed);
  const ends = succeeded + dead + cancelled;
  await until('every end to be booked', async () => (await countBooked(world)) >= ends, 60_000);
  const sums = await totals(world, booked);
  world.figures.exactly('booked_too_many', (await countBooked(world)) - ends, 0);
  world.figures.exactly('succeeded_off_by', sums.succeeded - succeeded, 0);
  world.figures.exactly('dead_off_by', sums.dead - dead, 0);
  world.figures.exactly('cancelled_off_by', sums.cancelled - cancelled, 0);
  world.figures.exactly('took_ms_off_by', sums.took_ms - took_ms, 0);
  world.figures.note('ends', ends);
}

/** Replays all of the ledger's dead events. Answers how many. */
export async function replayDead({ queue }: World): Promise<number> {
  const bus = { BUS_NAME: queue };
  const rabbit = new Connection(process.env.RABBITMQ_URL ?? '');
  const queues = { queue: queueOf(bus, 'ledger'), deadQueue: deadQueueOf(bus, 'ledger') };
  const replayed = await Array.fromAsync(new DeadEvents(rabbit, queues).replay());
  await rabbit.close();
  return replayed.length;
}
