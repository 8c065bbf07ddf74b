import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import { BrokenQueue } from '../queue.ts';

const jobs = 10_000;

export default {
  number: 7,
  title: 'Redis loses the whole queue, twice, under a deep backlog',
  seeds: 20,
  async run(world) {
    using queue = BrokenQueue.of(world);
    const api = await world.startApi();
    // One job at a time, and that one waits: the backlog stays.
    world.proxies.AI_BASE_URL.hold();
    const workers = [];
    for (let i = 0; i < 2; i += 1) {
      workers.push(await world.startWorker({ WORKER_CONCURRENCY: '1' }));
    }
    await api.submitMany(jobs, 'a text');
    world.figures.exactly('open_jobs', await countJobs(world.pool), jobs);
    await world.jobsAre('published_at IS NOT NULL', jobs - workers.length);

    // Long enough for the search for lost runs to walk through all of them.
    const settledAt = new Date(await world.clock());
    await sleep(10_000);
    const again = await countJobs(world.pool, 'published_at > $1 OR due_at IS NOT NULL', [
      settledAt,
    ]);
    world.figures.exactly('published_again_without_loss', again, 0);

    await queue.lose();
    await sleep(world.random.int(0, 4000));
    const lostAt = performance.now();
    await queue.lose();
    await until(
      'all to be queued again',
      async () => (await queue.size()) >= jobs - workers.length,
      90_000,
    );
    world.figures.atMost('queued_again_s', (performance.now() - lostAt) / 1000, 60);

    world.proxies.AI_BASE_URL.release();
    await world.startWorker({ WORKER_CONCURRENCY: '200' });
  },
} satisfies FaultCase;
