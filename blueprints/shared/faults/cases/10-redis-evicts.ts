import type { FaultCase } from '../case.ts';
import { BrokenQueue } from '../queue.ts';

export default {
  number: 10,
  title: 'Redis with an evicting policy',
  seeds: 1,
  async run(world) {
    using queue = BrokenQueue.of(world);
    await queue.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      for (const start of ['startApi', 'startWorker'] as const) {
        const started = await world[start]({}, { wait: false });
        const process = 'process' in started ? started.process : started;
        const how = await process.refusal();
        world.figures.exactly(`${process.name}_exit_code`, Number(how), 1);
        const named = (await process.said()).includes('maxmemory-policy');
        world.figures.exactly(`${process.name}_names_the_setting`, Number(named), 1);
      }
    } finally {
      await queue.redis.config('SET', 'maxmemory-policy', 'noeviction');
    }
  },
} satisfies FaultCase;
