import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/wait.ts';
import { allEndsAreTold, Listener, waitingEvents } from '../bus.ts';
import type { FaultCase } from '../case.ts';

const limit = 20;

export default {
  number: 31,
  title: 'a queue at its limit that nobody reads',
  seeds: 3,
  async run(world) {
    const settings = { BUS_QUEUE_LIMIT: String(limit) };
    await using listener = await Listener.of(world, { BUS_QUEUE_LIMIT: limit });
    const api = await world.startApi(settings);
    const worker = await world.startWorker(settings);
    const traffic = world.traffic(api, 30);
    await until('refusals', async () => (await waitingEvents(world)) >= 5 * limit);
    await sleep(world.random.int(0, 2000));
    const answers = await traffic.stop();
    world.figures.exactly('not_202', answers.filter(({ status }) => status !== 202).length, 0);
    const nacked = await worker.metric('bus_events_total\\{outcome="nacked"\\}');
    world.figures.atLeast('nacked', nacked, 1);
    world.figures.exactly('ready_meanwhile', await worker.health('ready'), 200);
    await allEndsAreTold(world, listener);
  },
} satisfies FaultCase;
