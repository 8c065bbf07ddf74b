import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';

const attempts = 3;
const backoffMs = 1000;

export default {
  number: 16,
  title: 'poison message',
  seeds: 3,
  async run(world) {
    const settings = { JOB_MAX_ATTEMPTS: String(attempts), JOB_BACKOFF_MS: String(backoffMs) };
    const api = await world.startApi(settings);
    await world.startWorker(settings);
    const { id } = await api.submit(`[[fail:500x${attempts}]]`);
    const neighbours = new Set<string>();
    while ((await countJobs(world.pool, `status = 'dead'`)) === 0) {
      neighbours.add((await api.submit(`[[delay:${world.random.int(0, 50)}]]`)).id);
    }
    await world.drain();
    world.figures.exactly('calls', (await world.aiCalls()).get(id) ?? 0, attempts);

    const { items } = JSON.parse((await api.ask('/v1/dead-letters')).text);
    const [letter] = items;
    world.figures.exactly('attempts', letter.attempts, attempts);
    const told = [letter.error.name, letter.error.message, letter.error.stack, letter.trace_id];
    world.figures.exactly('of_error_stack_and_trace', told.filter(Boolean).length, told.length);

    const { rows } = await world.pool.query<{ s: number }>(
      `SELECT max(extract(epoch FROM finished_at - created_at))::float8 AS s FROM jobs
       WHERE id = ANY ($1)`,
      [[...neighbours]],
    );
    world.figures.note('neighbours', neighbours.size);
    world.figures.atMost('slowest_neighbour_s', rows[0]?.s ?? 0, 1 + backoffMs / 1000);

    await api.ask(`/v1/dead-letters/${letter.id}/replay`, { method: 'POST' });
    await until('the replayed job', () =>
      countJobs(world.pool, `id = $1 AND status = 'succeeded'`, [id]),
    );
  },
} satisfies FaultCase;
