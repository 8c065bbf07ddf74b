import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import { secondsOfErrors } from '../traffic.ts';

export default {
  number: 11,
  title: 'Postgres gone for 3 s, every connection with it',
  seeds: 3,
  async run(world) {
    const postgres = world.proxies.DATABASE_URL;
    const api = await world.startApi();
    for (let i = 0; i < 2; i += 1) await world.startWorker();
    const traffic = world.traffic(api, 40);
    await sleep(world.random.int(500, 1500));
    postgres.refuse();
    if (world.random.int(0, 1) === 0) postgres.cut();
    else postgres.reset();
    await sleep(3000);
    await postgres.accept();
    const readyAt = performance.now();
    await sleep(6000);
    const answers = await traffic.stop();
    const others = answers.filter(({ status }) => status !== 202 && status !== 503);
    world.figures.exactly('neither_202_nor_503', others.length, 0);
    world.figures.atMost('errors_for_s', secondsOfErrors(answers, readyAt), 5);
    await world.drain();
  },
} satisfies FaultCase;
