import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import { p99, Traffic } from '../traffic.ts';
import type { Api, World } from '../world.ts';

const seconds = 60;
const peakSeconds = 8;

export default {
  number: 25,
  title: `jobs at 5 × what the workers can do, for ${seconds} s`,
  seeds: 3,
  async run(world) {
    const api = await world.startApi({ MAX_QUEUE_DEPTH: '300' });
    await world.startWorker({ WORKER_CONCURRENCY: '4' });
    const delayMs = world.random.int(80, 120);
    const perSecond = 4000 / delayMs;
    const { goodput: peak } = await offer(world, api, 1.2 * perSecond, delayMs, peakSeconds);
    const { goodput, answers } = await offer(world, api, 5 * perSecond, delayMs, seconds);
    world.figures.note('peak_per_s', peak);
    world.figures.atLeast('goodput_ratio', goodput / peak, 0.9, 0.8);
    const others = answers.filter(({ status }) => ![202, 429, 503].includes(status));
    world.figures.exactly('neither_202_nor_refused', others.length, 0);
    const refused = answers.filter(({ status }) => status === 429 || status === 503);
    world.figures.note('refused', refused.length);
    world.figures.exactly(
      'refused_without_retry_after',
      refused.filter((r) => !r.retryAfter).length,
      0,
    );
    world.figures.atMost('refused_p99_ms', p99(refused), 50, Infinity);

    await world.startWorker({ WORKER_CONCURRENCY: '100' });
    const overAt = performance.now();
    while ((await api.submit('a text')).status !== 202) await sleep(100);
    world.figures.atMost('accepts_again_s', (performance.now() - overAt) / 1000, 5);
    await world.drain();
  },
} satisfies FaultCase;

/** Jobs a second that were done while so many were offered. */
async function offer(world: World, api: Api, perSecond: number, delayMs: number, forS: number) {
  const traffic = new Traffic(perSecond, () => api.submit(`[[delay:${delayMs}]]`));
  await sleep(1000);
  const done = () => countJobs(world.pool, `status = 'succeeded'`);
  const [before, startedAt] = [await done(), performance.now()];
  await sleep(1000 * forS);
  const [after, endedAt] = [await done(), performance.now()];
  return {
    goodput: (1000 * (after - before)) / (endedAt - startedAt),
    answers: await traffic.stop(),
  };
}
