import { setTimeout as sleep } from 'node:timers/promises';
import { allEndsAreTold, Listener, rabbitOf } from '../bus.ts';
import type { FaultCase } from '../case.ts';

export default {
  number: 30,
  title: 'connection to RabbitMQ cut mid-publish, again and again, and a worker SIGKILL',
  seeds: 20,
  async run(world) {
    await using listener = await Listener.of(world);
    const rabbit = rabbitOf(world.proxies);
    const api = await world.startApi();
    const doomed = await world.startWorker();
    const survivor = await world.startWorker();
    const traffic = world.traffic(api, 50);
    const killAt = performance.now() + world.random.int(1000, 8000);
    const end = performance.now() + 10_000;
    while (performance.now() < end) {
      // From the handshake to the middle of a message or of its confirm.
      const by = world.random.int(0, 1) === 1 ? 'cut' : 'reset';
      rabbit.blow({ afterBytes: world.random.int(500, 15_000), by });
      rabbit.cut();
      await sleep(world.random.int(300, 1200));
      if (performance.now() > killAt && doomed.isRunning) await doomed.kill();
    }
    await traffic.stop();
    const failed = await survivor.metric('bus_events_total\\{outcome="failed"\\}');
    world.figures.note('failed_attempts', failed);
    await rabbit.heal();
    rabbit.cut();
    await allEndsAreTold(world, listener);
  },
} satisfies FaultCase;
