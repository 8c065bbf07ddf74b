import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';

const text = 'a text';
const key = 'the-key';

export default {
  number: 4,
  title: 'API SIGKILL after commit, before the response',
  seeds: 20,
  async run(world) {
    const proxies = await world.newProxies();
    const [victim, other] = await Promise.all([
      world.startApi({}, { proxies }),
      world.startApi(),
      world.startWorker(),
    ]);
    // With its caller known, the api sends one statement, on one of several open connections: what it
    // does besides may hold another.
    await victim.submit('another text');
    await Promise.all([1, 2, 3].map(() => victim.ask('/v1/jobs')));
    proxies.DATABASE_URL.hold('down');
    const unanswered = victim.submit(text, key);
    // The statement has reached Postgres and committed; only its answer is held.
    const committed = () => countJobs(world.pool, 'id = (SELECT job_id FROM idempotency_keys)');
    await until('the commit', committed);
    await sleep(world.random.int(0, 300));
    await victim.process.kill();
    world.figures.exactly('answers_before_the_kill', (await unanswered).status, 0);
    const retried = await other.submit(text, key);
    await world.drain();
    const again = await other.submit(text, key);
    world.figures.exactly('retry_status', retried.status, 202);
    world.figures.exactly('different_bodies', Number(retried.text !== again.text), 0);
    world.figures.exactly('jobs', await countJobs(world.pool), 2);
    const same = await countJobs(
      world.pool,
      'id = $1 AND id = (SELECT job_id FROM idempotency_keys)',
      [retried.id],
    );
    world.figures.exactly('same_job', same, 1);
  },
} satisfies FaultCase;
