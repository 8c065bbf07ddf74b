import { setImmediate as turn } from 'node:timers/promises';
import { DeadLetters } from '../../src/jobs/dead-letters.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { createJob } from '../../test/support/jobs.ts';
import type { FaultCase } from '../case.ts';
import type { World } from '../world.ts';

const rounds = 1000;
const failure = { name: 'LeaseExpired', message: 'expired', stack: '' };

export default {
  number: 28,
  title: `replay, cancel and lease expiry racing on one job, ${rounds} rounds`,
  seeds: 3,
  async run(world) {
    // A store each, so that nothing is coalesced, and leases that have run out when they begin.
    const actors = new Actors(world);
    for (let round = 0; round < rounds; round += 1) {
      const { id } = await createJob(actors.worker, { tenant: 'faults', maxAttempts: 1 });
      await Promise.all([
        actors.work(id, 3),
        actors.work(id, 3),
        actors.sweep(3),
        actors.replay(id, 3),
        actors.cancel(id),
      ]);
      await actors.settle(id);
    }
    const { rows } = await world.pool.query<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM jobs GROUP BY status ORDER BY status',
    );
    for (const { status, count } of rows) world.figures.note(status, count);
    world.figures.exactly(
      'rounds',
      rows.reduce((sum, { count }) => sum + count, 0),
      rounds,
    );
  },
} satisfies FaultCase;

class Actors {
  readonly worker: JobStore;
  private readonly world: World;
  private readonly sweeper: JobStore;
  private readonly client: JobStore;
  private readonly letters: DeadLetters;

  constructor(world: World) {
    this.world = world;
    const store = () => new JobStore(world.db, { leaseS: 0, backoffMs: 0 });
    [this.worker, this.sweeper, this.client] = [store(), store(), store()];
    this.letters = new DeadLetters(world.db);
  }

  async work(id: string, times: number) {
    for (let i = 0; i < times; i += 1) {
      await this.pause();
      const { run } = await this.rowOf(id);
      const job = await this.worker.claim({ id, run });
      if (!job) continue;
      await this.pause();
      await this.worker.finish({ id, run }, { summary: String(run) });
    }
  }

  async sweep(times: number) {
    for (let i = 0; i < times; i += 1) {
      await this.pause();
      await this.sweeper.expire(failure, 10);
    }
  }

  async replay(id: string, times: number) {
    for (let i = 0; i < times; i += 1) {
      await this.pause();
      const letters = await this.letters.listAll(5);
      for (const letter of letters) if (letter.job_id === id) await this.letters.replay(letter.id);
    }
  }

  async cancel(id: string) {
    // In half of the rounds, or most would end like this.
    if (this.world.random.int(0, 1) === 0) return;
    for (let i = this.world.random.int(0, 6); i > 0; i -= 1) await this.pause();
    await this.client.cancel(id, 'faults');
  }

  /** The race is over: what it left runnable is run. */
  async settle(id: string) {
    for (;;) {
      const { status, run } = await this.rowOf(id);
      if (!['queued', 'retrying', 'active'].includes(status)) return;
      if (status !== 'active') await this.worker.claim({ id, run });
      await this.worker.finish({ id, run }, { summary: String(run) });
    }
  }

  private async rowOf(id: string) {
    const { rows } = await this.world.pool.query<{ status: string; run: number }>(
      'SELECT status, run FROM jobs WHERE id = $1',
      [id],
    );
    return rows[0] as { status: string; run: number };
  }

  private async pause() {
    for (let i = this.world.random.int(0, 8); i > 0; i -= 1) await turn();
  }
}
