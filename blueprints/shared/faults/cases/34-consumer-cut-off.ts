import { setTimeout as sleep } from 'node:timers/promises';
import { booksAreRight } from '../booked.ts';
import { rabbitOf } from '../bus.ts';
import type { FaultCase } from '../case.ts';
import type { FaultProxy } from '../proxy.ts';

export default {
  number: 34,
  title: 'consumer without RabbitMQ for 5 s, then without Postgres',
  seeds: 3,
  async run(world) {
    const api = await world.startApi();
    await world.startWorker();
    const proxies = await world.newProxies();
    const consumer = await world.start('consumer', { CONSUMER_RETRY_MS: '100' }, { proxies });
    const traffic = world.traffic(api, 40);
    for (const proxy of [rabbitOf(proxies), proxies.DATABASE_URL]) {
      await sleep(world.random.int(500, 1500));
      await away(proxy, 5000);
    }
    await traffic.stop();
    await booksAreRight(world);
    world.figures.exactly('dead_events', await consumer.metric('bus_dead_events'), 0);
    world.figures.exactly('ready', await consumer.health('ready'), 200);
  },
} satisfies FaultCase;

async function away(proxy: FaultProxy, ms: number) {
  proxy.refuse();
  proxy.cut();
  await sleep(ms);
  await proxy.heal();
}
