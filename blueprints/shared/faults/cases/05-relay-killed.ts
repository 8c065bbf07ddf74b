import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import type { Direction } from '../proxy.ts';
import { BrokenQueue, redisOf } from '../queue.ts';
import type { Api, World } from '../world.ts';

// The relay marks a run before it publishes it, so it can die in two places: with the mark made and
// nothing published, and with both done and not knowing.
export default {
  number: 5,
  title: 'relay SIGKILL between mark and publish, and between publish and its answer',
  seeds: 20,
  async run(world) {
    using queue = BrokenQueue.of(world);
    const api = await world.startApi();
    const published = await relayAndDie(world, api, 'down');
    await until('the message in Redis', () => queue.hasMessage(published, 1));
    const unpublished = await relayAndDie(world, api, 'up');
    world.figures.exactly('messages', Number(await queue.hasMessage(unpublished, 1)), 0);
    await world.startWorker();
    const readyAt = await world.clock();
    await world.drain();
    world.figures.atMost('found_s', await world.secondsUntilDone(readyAt), 7);
  },
} satisfies FaultCase;

/** A relay whose Redis is half open in a direction marks the job, and is killed. */
async function relayAndDie(world: World, api: Api, direction: Direction): Promise<string> {
  const proxies = await world.newProxies();
  // Where nothing of the first job gets out of Redis, the second must not meet it.
  const worker = await world.startWorker({}, { proxies });
  await world.drain();
  redisOf(proxies).hold(direction);
  const { id } = await api.submit('a text');
  const marked = () => countJobs(world.pool, 'id = $1 AND published_at IS NOT NULL', [id]);
  await until('the mark', marked);
  await sleep(world.random.int(0, 200));
  await worker.kill();
  return id;
}
