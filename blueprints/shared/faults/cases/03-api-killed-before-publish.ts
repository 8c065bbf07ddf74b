import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';

export default {
  number: 3,
  title: 'API SIGKILL between commit and publish',
  seeds: 20,
  async run(world) {
    const api = await world.startApi();
    // No relay runs: what the api commits is unpublished when it dies.
    const burst = api.submitMany(200, 'a text', 8);
    const enough = world.random.int(1, 100);
    await until('some to be accepted', () => world.accepted.size >= enough);
    await api.process.kill();
    await burst;
    world.figures.note('accepted', world.accepted.size);
    const unpublished = () => countJobs(world.pool, 'due_at IS NOT NULL');
    world.figures.note('unpublished', await unpublished());
    await world.startWorker();
    const readyAt = performance.now();
    await until('all to be published', async () => (await unpublished()) === 0);
    world.figures.atMost('published_s', (performance.now() - readyAt) / 1000, 5);
  },
} satisfies FaultCase;
