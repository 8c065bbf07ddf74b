import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import { p99, Traffic } from '../traffic.ts';

export default {
  number: 24,
  title: 'AI API times out 100 %',
  seeds: 3,
  async run(world) {
    const settings = { AI_TIMEOUT_MS: '500', JOB_MAX_ATTEMPTS: '3' };
    const api = await world.startApi(settings);
    await world.startWorker(settings);
    const read = () => new Traffic(40, () => api.ask('/v1/jobs'));
    const before = read();
    await sleep(3000);
    const baseline = p99(await before.stop());

    const during = read();
    const failing = new Traffic(20, () => api.submit('[[fail:timeout]]'));
    await sleep(world.random.int(4000, 6000));
    await failing.stop();
    const answers = await during.stop();
    await world.drain();
    const calls = [...(await world.aiCalls()).values()];
    const total = calls.reduce((sum, count) => sum + count, 0);
    world.figures.note('calls', total);
    world.figures.note('share_of_retries', (total - calls.length) / total);
    world.figures.note('baseline_p99_ms', baseline);
    world.figures.note('unrelated_p99_ratio', p99(answers) / baseline);
    world.figures.atMost('unrelated_p99_ms', p99(answers), 500);
    const failed = answers.filter(({ status }) => status !== 200);
    world.figures.exactly('unrelated_failures', failed.length, 0);
  },
} satisfies FaultCase;
