import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import { leaseS } from '../world.ts';

export default {
  number: 1,
  title: 'worker SIGKILL mid-job',
  seeds: 20,
  async run(world) {
    const api = await world.startApi();
    const victim = await world.startWorker();
    // The first call of each gets no answer: they are mid-job whenever the worker dies.
    await api.submitMany(10, '[[fail:timeoutx1]]');
    await world.jobsAre(`status = 'active'`, 10);
    await world.startWorker();
    const traffic = world.traffic(api, 40);
    await sleep(world.random.int(300, 1500));
    const killedAt = await world.clock();
    await victim.kill();
    await sleep(500);
    await traffic.stop();
    await world.drain();
    world.figures.atMost('resumed_s', await world.secondsUntilDone(killedAt), leaseS + 5);
  },
} satisfies FaultCase;
