import { setTimeout as sleep } from 'node:timers/promises';
import { allEndsAreTold, Listener, rabbitOf, waitingEvents } from '../bus.ts';
import type { FaultCase } from '../case.ts';

export default {
  number: 29,
  title: 'RabbitMQ away or half open for 10 s',
  seeds: 20,
  async run(world) {
    await using listener = await Listener.of(world);
    const rabbit = rabbitOf(world.proxies);
    const api = await world.startApi();
    const workers = [await world.startWorker(), await world.startWorker()];
    const traffic = world.traffic(api, 30);
    await sleep(world.random.int(500, 2000));
    const halfOpen = world.random.int(0, 1) === 1;
    if (halfOpen) rabbit.hold();
    else {
      rabbit.refuse();
      rabbit.cut();
    }
    await sleep(10_000);
    for (const worker of workers) {
      world.figures.exactly(`${worker.name}_ready_without`, await worker.health('ready'), 200);
    }
    world.figures.atLeast('events_that_waited', await waitingEvents(world), 100);
    await rabbit.heal();
    await sleep(1000);
    const answers = await traffic.stop();
    const refused = answers.filter(({ status }) => status !== 202);
    world.figures.exactly('not_202', refused.length, 0);
    await allEndsAreTold(world, listener);
    world.figures.note('half_open', halfOpen ? 1 : 0);
  },
} satisfies FaultCase;
