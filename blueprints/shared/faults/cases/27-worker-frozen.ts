import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import { leaseS } from '../world.ts';

const jobs = 10;

export default {
  number: 27,
  title: 'worker SIGSTOP past its lease, then SIGCONT',
  seeds: 3,
  async run(world) {
    const api = await world.startApi();
    const frozen = await world.startWorker();
    await api.submitMany(jobs, `[[delay:${world.random.int(800, 1500)}]]`);
    await world.jobsAre(`status = 'active'`, jobs);
    frozen.signal('SIGSTOP');
    await world.startWorker();
    // Its calls were answered meanwhile; it wakes up with the results at hand.
    await world.jobsAre(`status = 'succeeded' AND run > 1`, jobs);
    const { rows: before } = await world.pool.query('SELECT * FROM jobs ORDER BY id');
    frozen.signal('SIGCONT');
    await sleep(1000 * leaseS);
    const { how } = await frozen.stop();
    world.figures.exactly('exit_code', Number(how), 0);
    const { rows: after } = await world.pool.query('SELECT * FROM jobs ORDER BY id');
    const changed = before.filter((row, i) => JSON.stringify(row) !== JSON.stringify(after[i]));
    world.figures.exactly('changed_by_the_late', changed.length, 0);
    const refused = (await frozen.said()).match(/"status":"(fenced|lost)"/g) ?? [];
    world.figures.exactly('refused_results', refused.length, jobs);
  },
} satisfies FaultCase;
