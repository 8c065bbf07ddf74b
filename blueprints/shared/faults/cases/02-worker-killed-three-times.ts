import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';
import type { Api, World } from '../world.ts';

export default {
  number: 2,
  title: "one job's worker killed three times",
  seeds: 20,
  async run(world) {
    // A job may fail three times, as often as its worker dies, or five times.
    const attempts = world.random.int(0, 1) === 0 ? 3 : 5;
    const api = await world.startApi({ JOB_MAX_ATTEMPTS: String(attempts) });
    const { id } = await api.submit('[[fail:timeoutx3]]');
    for (let run = 1; run <= 3; run += 1) {
      const worker = await world.startWorker({ JOB_LEASE_S: '1' });
      await until(`call ${run}`, async () => (await world.aiCalls()).get(id) === run);
      await worker.kill();
    }
    await world.startWorker({ JOB_LEASE_S: '1' });
    await world.drain();
    const dead = await countJobs(world.pool, `status = 'dead'`);
    world.figures.exactly('dead', dead, attempts === 3 ? 1 : 0);
    if (dead === 1) await replay(world, api, id);
    const done = await countJobs(world.pool, `status = 'succeeded' AND id = $1`, [id]);
    world.figures.exactly('done', done, 1);
  },
} satisfies FaultCase;

async function replay(world: World, api: Api, jobId: string) {
  const { items } = JSON.parse((await api.ask('/v1/dead-letters')).text);
  const letter = items.find((item: { job_id: string }) => item.job_id === jobId);
  const { status } = await api.ask(`/v1/dead-letters/${letter.id}/replay`, { method: 'POST' });
  world.figures.exactly('replay_status', status, 202);
  await until('the replayed job', () => countJobs(world.pool, `status = 'succeeded'`));
}
