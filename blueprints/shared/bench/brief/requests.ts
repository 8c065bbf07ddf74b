import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../faults/figures.ts';
import { Traffic } from '../../faults/traffic.ts';
import type { Api, World } from '../../faults/world.ts';
import { type Clock, clockOf } from './cpu.ts';
import type { Load } from './forecast.ts';
import { finishedJobs, operation, type Request, requestsOf } from './load.ts';

const abreast = 50;
const rounds = 3;
/** What this machine can surely bear besides making the load; the pool fills in proportion. */
const mostAtPeak = 200;

interface Cost {
  /** CPU µs a request. */
  node: number;
  postgres: number;
  perSecond: number;
  answerKb: number;
}

/** Asks as fast as so many callers can. */
async function hammer(request: Request, seconds: number) {
  const end = performance.now() + seconds * 1000;
  let [answered, bytes] = [0, 0];
  const caller = async () => {
    while (performance.now() < end) {
      const { status, text } = await request();
      if (status < 200 || status > 299) throw new Error(`The api answered ${status}`);
      answered += 1;
      bytes += text.length;
    }
  };
  await Promise.all(Array.from({ length: abreast }, caller));
  return { answered, answerKb: bytes / 1000 / answered };
}

async function costOf(
  request: Request,
  seconds: number,
  node: Clock,
  postgres?: Clock,
): Promise<Cost> {
  const before = [await node(), (await postgres?.()) ?? Number.NaN] as const;
  const { answered, answerKb } = await hammer(request, seconds);
  const after = [await node(), (await postgres?.()) ?? Number.NaN] as const;
  return {
    node: (1e6 * (after[0] - before[0])) / answered,
    postgres: (1e6 * (after[1] - before[1])) / answered,
    perSecond: answered / seconds,
    answerKb,
  };
}

const median = (values: number[]) => percentile(values, 0.5);

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
    requestUs: median(taken.mix.map(({ node }) => node)),
    readNodeUs: median(taken.read.map(({ node }) => node)),
    writeNodeUs: median(taken.write.map(({ node }) => node)),
    perSecond: median(taken.mix.map(({ perSecond }) => perSecond)),
    answerKb: median(taken.mix.map(({ answerKb }) => answerKb)),
    readUs: median(taken.read.map(({ postgres }) => postgres)),
    writeUs: median(taken.write.map(({ postgres }) => postgres)),
    ...peak,
  };
}

/** Callers that are at the pool, by Little's law, at the brief's peak: the median second, as what else
 *  the machine does makes single ones longer. */
async function atPeak(api: Api, mix: Request, load: Load, seconds: number) {
  const answer = async () => ({ ...(await mix()), retryAfter: undefined, at: 0, ms: 0 });
  const peak = load.reads_per_s + load.writes_per_s;
  const peakPerSecond = Math.min(peak, mostAtPeak);
  const traffic = new Traffic(peakPerSecond, answer);
  const look = async () => {
    const waited = await api.process.metric('database_statement_seconds_total');
    return { waited, at: performance.now() / 1000 };
  };
  await sleep(1000);
  const busy: number[] = [];
  let before = await look();
  for (let second = 0; second < seconds * 3; second += 1) {
    await sleep(1000);
    const now = await look();
    busy.push((now.waited - before.waited) / (now.at - before.at));
    before = now;
  }
  const failed = (await traffic.stop()).filter(({ status }) => status < 200 || status > 299);
  if (failed.length > 0) throw new Error(`The api answered ${failed[0]?.status} at the peak`);
  return { poolBusy: (percentile(busy, 0.5) * peak) / peakPerSecond, peakPerSecond };
}
