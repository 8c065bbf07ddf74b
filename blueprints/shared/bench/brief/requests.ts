import { setTimeout as sleep } from 'node:timers/promises';
import { Traffic } from '../../faults/traffic.ts';
import type { Api, World } from '../../faults/world.ts';
import { type Clock, clockOf } from './cpu.ts';
import type { Load } from './forecast.ts';
import { finishedJobs, operation, type Request, requestsOf } from './load.ts';

const abreast = 50;
const rounds = 2;

interface Cost {
  /** CPU µs a request. */
  node: number;
  postgres: number;
  perSecond: number;
}

/** Asks as fast as so many callers can. */
async function hammer(request: Request, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let answered = 0;
  const caller = async () => {
    while (performance.now() < end) {
      const { status } = await request();
      if (status < 200 || status > 299) throw new Error(`The api answered ${status}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: abreast }, caller));
  return answered;
}

async function costOf(request: Request, seconds: number, node: Clock, postgres?: Clock) {
  const before = [await node(), (await postgres?.()) ?? Number.NaN] as const;
  const answered = await hammer(request, seconds);
  const after = [await node(), (await postgres?.()) ?? Number.NaN] as const;
  return {
    node: (1e6 * (after[0] - before[0])) / answered,
    postgres: (1e6 * (after[1] - before[1])) / answered,
    perSecond: answered / seconds,
  };
}

const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** What the brief's mix of requests costs, and its reads and writes alone, in turns. Nobody works off
 *  what is written meanwhile. */
export async function measureRequests(
  world: World,
  api: Api,
  load: Load,
  seconds: number,
  postgres?: Clock,
) {
  const finished = await finishedJobs(world, load);
  const submitted = await api.submitMany(200, operation(0, load));
  const jobs = { finished, open: submitted.map(({ id }) => id) };
  const requests = requestsOf(world, api, load, jobs);
  const node = clockOf(api.process);
  const kinds = ['mix', 'read', 'write'] as const;
  const taken = { mix: [] as Cost[], read: [] as Cost[], write: [] as Cost[] };
  const peak = await atPeak(api, requests.mix, load, seconds);
  await hammer(requests.mix, 1); // warm
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of round % 2 ? kinds.toReversed() : kinds) {
      taken[kind].push(await costOf(requests[kind], seconds, node, postgres));
    }
  }
  return {
    requestUs: mean(taken.mix.map(({ node }) => node)),
    readNodeUs: mean(taken.read.map(({ node }) => node)),
    writeNodeUs: mean(taken.write.map(({ node }) => node)),
    reachedPerSecond: mean(taken.mix.map(({ perSecond }) => perSecond)),
    readUs: mean(taken.read.map(({ postgres }) => postgres)),
    writeUs: mean(taken.write.map(({ postgres }) => postgres)),
    ...peak,
  };
}

/** Callers that are at the pool, by Little's law, at the brief's peak. */
async function atPeak(api: Api, mix: Request, load: Load, seconds: number) {
  const answer = async () => ({ ...(await mix()), text: '', retryAfter: undefined, at: 0, ms: 0 });
  const traffic = new Traffic(load.reads_per_s + load.writes_per_s, answer);
  await sleep(1000);
  const name = 'database_statement_seconds_total';
  const [at, before] = [performance.now(), await api.process.metric(name)];
  await sleep(seconds * 1000);
  const [end, after] = [performance.now(), await api.process.metric(name)];
  const answers = await traffic.stop();
  const failed = answers.filter(({ status }) => status < 200 || status > 299);
  if (failed.length > 0) throw new Error(`The api answered ${failed[0]?.status} at the peak`);
  return { poolBusy: (1000 * (after - before)) / (end - at), peakRequests: answers.length };
}
