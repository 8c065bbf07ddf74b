import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase } from '../case.ts';
import type { Answer } from '../client.ts';
import { percentile } from '../figures.ts';
import { Traffic } from '../traffic.ts';
import type { World } from '../world.ts';

const acquireMs = 500;
const slackMs = 100;
const busySlackMs = 500;

export default {
  number: 13,
  title: 'pool exhausted by slow queries',
  seeds: 3,
  async run(world) {
    const api = await world.startApi({ DATABASE_ACQUIRE_MS: String(acquireMs), API_POOL: '3' });
    await world.startWorker();
    const { id } = await api.submit('a text');
    await world.drain();
    const read = () => api.ask(`/v1/jobs/${id}`);
    // All connections are open when they are needed.
    await Promise.all([read(), read(), read()]);
    const blocker = await world.pool.connect();
    await blocker.query('BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE');
    // These hold every connection until the lock goes.
    const slow = Array.from({ length: 3 }, read);
    await sleep(200);
    const reads = new Traffic(30, read);
    const writes = world.traffic(api, 30);
    const pulse = await heartbeat(() => api.process.health('live'), world.random.int(2500, 3500));
    await Promise.all([reads.stop(), writes.stop()]);
    const rejected = [...reads.answers, ...writes.answers];
    await blocker.query('COMMIT');
    blocker.release();
    const answered = await Promise.all(slow);
    world.figures.exactly(
      'slow_ones_answered',
      answered.filter(({ status }) => status === 200).length,
      3,
    );
    world.figures.exactly('not_503', rejected.filter(({ status }) => status !== 503).length, 0);
    rejectedInTime(world, 'read', reads.answers);
    rejectedInTime(world, 'write', writes.answers);
    world.figures.atMost('live_p99_ms', percentile(pulse, 0.99), 100, 500);
  },
} satisfies FaultCase;

function rejectedInTime(world: World, kind: string, answers: Answer[]) {
  const ms = answers.map((answer) => answer.ms);
  world.figures.atLeast(`${kind}s_rejected`, ms.length, 10);
  const [most, busy] = [acquireMs + slackMs, acquireMs + busySlackMs];
  world.figures.atMost(`${kind}_rejected_max_ms`, Math.max(...ms), most, busy);
}

/** How long each of many looks took, in ms. */
async function heartbeat(look: () => Promise<number>, forMs: number): Promise<number[]> {
  const took: number[] = [];
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const at = performance.now();
    if ((await look()) !== 200) throw new Error('not live');
    took.push(performance.now() - at);
    await sleep(20);
  }
  return took;
}
