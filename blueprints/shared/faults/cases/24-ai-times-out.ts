import { setTimeout as sleep } from 'node:timers/promises';
import { retryBudgetDefaults } from '../../src/outgoing/retry-budget.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import { p99, Traffic } from '../traffic.ts';

export default {
  number: 24,
  title: 'AI API times out 100 %',
  seeds: 3,
  async run(world) {
    const settings = { AI_TIMEOUT_MS: '500' };
    const api = await world.startApi(settings);
    await world.startWorker(settings);
    const read = () => new Traffic(40, () => api.ask('/v1/jobs'));
    const before = read();
    await sleep(3000);
    const baseline = p99(await before.stop());

    world.proxies.AI_BASE_URL.hold('down');
    const during = read();
    const failing = new Traffic(20, () => api.submit('a text'));
    const outageMs = world.random.int(4000, 6000);
    await sleep(outageMs);
    const submitted = (await failing.stop()).length;
    const answers = await during.stop();
    const calls = [...(await world.aiCalls()).values()];
    const total = calls.reduce((sum, count) => sum + count, 0);
    const retries = total - calls.length;
    // A few calls are made before the breaker opens: a tenth of them and the trickle of the time.
    const { ratio, trickle } = retryBudgetDefaults;
    const budget = ratio * total + (trickle * outageMs) / 1000;
    world.figures.note('share_of_retries', retries / total);
    world.figures.atMost('retries', retries, Math.ceil(budget));
    world.figures.atMost('calls', total, submitted / 2);
    world.figures.note('baseline_p99_ms', baseline);
    world.figures.note('unrelated_p99_ratio', p99(answers) / baseline);
    world.figures.atMost('unrelated_p99_ms', p99(answers), 500);
    const failed = answers.filter(({ status }) => status !== 200);
    world.figures.exactly('unrelated_failures', failed.length, 0);

    await world.drain();
    world.figures.exactly('dead', await countJobs(world.pool, `status = 'dead'`), 0);
  },
} satisfies FaultCase;
