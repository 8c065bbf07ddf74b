import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { redisOf } from '../queue.ts';

export default {
  number: 9,
  title: 'Redis down at boot; lost later',
  seeds: 3,
  async run(world) {
    const redis = redisOf(world.proxies);
    redis.refuse();
    const api = await world.startApi({}, { wait: false });
    const worker = await world.startWorker({}, { wait: false });
    const both = [api.process, worker];
    for (const process of both) {
      await until(`${process.name} to be live`, async () => (await process.health('live')) === 200);
      world.figures.exactly(`${process.name}_ready_without`, await process.health('ready'), 503);
    }
    await sleep(world.random.int(0, 2000));
    await redis.accept();
    const appearedAt = performance.now();
    await Promise.all(both.map((process) => process.ready()));
    world.figures.atMost('ready_s', (performance.now() - appearedAt) / 1000, 5);

    redis.blow({ afterBytes: world.random.int(1, 2000), by: 'reset' });
    redis.refuse();
    redis.cut();
    await sleep(world.random.int(500, 2000));
    world.figures.exactly('ready_after_loss', await api.process.health('ready'), 200);
    const accepted = await api.submit('a text');
    world.figures.exactly('status_after_loss', accepted.status, 202);
    // Back, but unsteady at first: what is read or written half way breaks.
    await redis.accept();
    await sleep(1000);
    await world.drain();
  },
} satisfies FaultCase;
