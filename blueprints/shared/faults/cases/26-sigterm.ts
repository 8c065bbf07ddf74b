import { setTimeout as sleep } from 'node:timers/promises';
import { startLoop } from '../../src/loop.ts';
import { silent } from '../../test/support/log.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import { Traffic } from '../traffic.ts';
import { type Api, graceS } from '../world.ts';

const drain = { SHUTDOWN_DRAIN_MS: '1000' };

export default {
  number: 26,
  title: 'SIGTERM under load',
  seeds: 3,
  async run(world) {
    const proxies = await world.newProxies();
    // Each request of the api that stops is in flight for a while.
    proxies.DATABASE_URL.slow({ latencyMs: 50, jitterMs: 50 });
    const stopping = await world.startApi(drain, { proxies });
    const other = await world.startApi();
    const worker = await world.startWorker(drain);
    const hanging = await stopping.submitMany(5, '[[fail:timeoutx1]]');
    await world.jobsAre(`status = 'active'`, 5);

    const streams = hanging.map(({ id }) => follow(id, stopping, other));
    const balancer = new Balancer(stopping, other);
    const traffic = new Traffic(60, () =>
      balancer.target.submit(`[[delay:${world.random.int(0, 100)}]]`),
    );
    await sleep(world.random.int(500, 1500));
    const [api, work] = await Promise.all([stopping.process.stop(), worker.stop()]);
    await sleep(500);
    const answers = await traffic.stop();
    await balancer.stop();
    const failed = answers.filter(({ status }) => status !== 202);
    world.figures.exactly('failed_requests', failed.length, 0);
    world.figures.exactly('api_exit_code', Number(api.how), 0);
    world.figures.atMost('api_exit_s', api.seconds, graceS);
    world.figures.exactly('worker_exit_code', Number(work.how), 0);
    world.figures.atMost('worker_exit_s', work.seconds, graceS);
    world.figures.exactly('left_active', await countJobs(world.pool, `status = 'active'`), 0);
    await world.startWorker();
    await world.drain();
    const whole = (await Promise.all(streams)).filter(Boolean);
    world.figures.exactly('streams_without_a_gap', whole.length, hanging.length);
    world.figures.exactly('counted_as_failures', await countJobs(world.pool, 'failures > 0'), 0);
  },
} satisfies FaultCase;

/** Sends what comes to one replica until that is no longer ready, as a load balancer does. */
class Balancer {
  target: Api;
  readonly stop: () => Promise<void>;

  constructor(first: Api, other: Api) {
    this.target = first;
    const tick = async () => {
      if ((await first.process.health('ready')) !== 200) this.target = other;
    };
    this.stop = startLoop({ name: 'balancer', everyMs: 100, tick }, silent);
  }
}

/** Whether a client that goes on at another replica gets each of a job's events once, to the end. */
async function follow(id: string, first: Api, other: Api): Promise<boolean> {
  const seqs: number[] = [];
  for (let tries = 0; tries < 300; tries += 1) {
    const events = await (tries === 0 ? first : other).events(id, seqs.at(-1) ?? 0);
    seqs.push(...events.map(({ seq }) => seq));
    if (events.some(({ type }) => type === 'succeeded'))
      return seqs.every((seq, i) => seq === i + 1);
    await sleep(100);
  }
  return false;
}
