import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import { Traffic } from '../traffic.ts';
import { graceS } from '../world.ts';

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
    await stopping.submitMany(5, '[[fail:timeoutx1]]');
    await world.jobsAre(`status = 'active'`, 5);

    const traffic = new Traffic(60, async () => {
      const answer = await stopping.submit(`[[delay:${world.random.int(0, 100)}]]`);
      // What a load balancer does with a replica that is gone.
      return answer.error === 'ECONNREFUSED' ? other.submit('a text') : answer;
    });
    await sleep(world.random.int(500, 1500));
    const [api, work] = await Promise.all([stopping.process.stop(), worker.stop()]);
    await sleep(500);
    const answers = await traffic.stop();
    const failed = answers.filter(({ status }) => status !== 202);
    world.figures.exactly('failed_requests', failed.length, 0);
    world.figures.exactly('api_exit_code', Number(api.how), 0);
    world.figures.atMost('api_exit_s', api.seconds, graceS);
    world.figures.exactly('worker_exit_code', Number(work.how), 0);
    world.figures.atMost('worker_exit_s', work.seconds, graceS);
    world.figures.exactly('left_active', await countJobs(world.pool, `status = 'active'`), 0);
    await world.startWorker();
    await world.drain();
    world.figures.exactly('counted_as_failures', await countJobs(world.pool, 'failures > 0'), 0);
  },
} satisfies FaultCase;
