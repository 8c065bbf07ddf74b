import { setTimeout as sleep } from 'node:timers/promises';
import { retryBudgetDefaults } from '../../src/outgoing/retry-budget.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import { p99, Traffic } from '../traffic.ts';
import type { Api } from '../world.ts';

const settings = {
  AI_TIMEOUT_MS: '500',
  // Retries are the share of the calls alone.
  AI_RETRIES_PER_S: '0.01',
};
const warmMs = 2000;
/** Enough reads for a p99 that more than a few of them make. */
const readsPerSecond = 100;

export default {
  number: 24,
  title: 'AI API times out 100 %',
  seeds: 3,
  async run(world) {
    const api = await world.startApi(settings);
    const worker = await world.startWorker(settings);
    await offer(api, warmMs);
    const healthy = await offer(api, 10_000);
    await world.drain();
    const before = await world.aiCalls();

    world.proxies.AI_BASE_URL.hold('down');
    const { submitted, reads } = await offer(api, world.random.int(10_000, 14_000));
    const calls = [...(await world.aiCalls())].filter(([id]) => !before.has(id));
    const total = calls.reduce((sum, [, count]) => sum + count, 0);
    const retries = total - calls.length;
    world.figures.note('retries', retries);
    world.figures.atMost('share_of_retries', retries / total, retryBudgetDefaults.ratio);
    world.figures.atMost('calls', total, submitted / 2);
    const baseline = p99(healthy.reads);
    world.figures.note('baseline_p99_ms', baseline);
    world.figures.atMost('unrelated_p99_ratio', p99(reads) / baseline, 1.2, Infinity);
    world.figures.atMost('unrelated_p99_ms', p99(reads), 500);
    const failed = reads.filter(({ status }) => status !== 200);
    world.figures.exactly('unrelated_failures', failed.length, 0);

    // Another one has the retries that this one has spent.
    await world.proxies.AI_BASE_URL.heal();
    await worker.stop();
    await world.startWorker();
    // A minute or two is what some were told to wait.
    await world.pool.query('UPDATE jobs SET due_at = clock_timestamp() WHERE due_at IS NOT NULL');
    await world.drain();
    world.figures.exactly('dead', await countJobs(world.pool, `status = 'dead'`), 0);
  },
} satisfies FaultCase;

/** Jobs that need the AI API, and reads that do not. */
async function offer(api: Api, forMs: number) {
  const jobs = new Traffic(20, () => api.submit('a text'));
  const lists = new Traffic(readsPerSecond, () => api.ask('/v1/jobs'));
  await sleep(forMs);
  return { submitted: (await jobs.stop()).length, reads: await lists.stop() };
}
