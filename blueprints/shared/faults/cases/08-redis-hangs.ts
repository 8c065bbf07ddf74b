import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import { redisOf } from '../queue.ts';

export default {
  number: 8,
  title: 'Redis half open for 10 s',
  seeds: 3,
  async run(world) {
    const redis = redisOf(world.proxies);
    const api = await world.startApi();
    for (let i = 0; i < 2; i += 1) await world.startWorker();
    const traffic = world.traffic(api, 30);
    await sleep(world.random.int(500, 1500));
    redis.hold();
    await sleep(10_000);
    redis.release();
    await sleep(1000);
    const answers = await traffic.stop();
    const others = answers.filter(({ status }) => status !== 202 && status !== 503);
    world.figures.exactly('neither_202_nor_503', others.length, 0);
    world.figures.atMost('slowest_answer_s', Math.max(...answers.map(({ ms }) => ms)) / 1000, 1);
    await world.drain();
  },
} satisfies FaultCase;
