import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import { secondsOfErrors } from '../traffic.ts';

const terminate = `
  SELECT count(pg_terminate_backend(pid))::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND application_name IN ('api', 'worker')`;

export default {
  number: 12,
  title: 'all backends terminated',
  seeds: 3,
  async run(world) {
    const api = await world.startApi();
    for (let i = 0; i < 2; i += 1) await world.startWorker();
    const traffic = world.traffic(api, 100);
    await sleep(world.random.int(500, 1500));
    const { rows } = await world.pool.query<{ count: number }>(terminate);
    const terminatedAt = performance.now();
    world.figures.atLeast('terminated', rows[0]?.count ?? 0, 3);
    await sleep(3000);
    const answers = await traffic.stop();
    const failed = answers.filter(({ status }) => status !== 202);
    world.figures.note('failed_requests', failed.length);
    world.figures.atMost('errors_for_s', secondsOfErrors(answers, terminatedAt), 2);
    await world.drain();
  },
} satisfies FaultCase;
