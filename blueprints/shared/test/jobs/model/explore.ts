import { emptyModel, type ModelTransport, take } from './play.ts';
import type { Model, Steps } from './steps.ts';
import type { World } from './world.ts';

export interface Exploration {
  /** Where it begins. */
  start: string[];
  /** How many steps from there. */
  depth: number;
}

/** Takes every sequence of steps, depth first; two that lead to the same state go on as one. The
 *  world has a single connection: one transaction, and savepoints to come back. */
export async function explore(
  world: World,
  transport: ModelTransport,
  steps: Steps,
  { start, depth }: Exploration,
) {
  const names = Object.keys(steps);
  const explored = new Map<string, number>();
  const path: string[] = [];
  let taken = 0;

  async function from(model: Model, left: number) {
    const key = keyOf(model, transport);
    if ((explored.get(key) ?? 0) >= left) return;
    explored.set(key, left);
    const state = structuredClone(transport.state);
    await world.sql(`SAVEPOINT at_${left}`);
    for (const name of names) {
      if (!steps[name]?.(model)) continue;
      path.push(name);
      taken += 1;
      await from(await take(world, steps, model, name), left - 1);
      path.pop();
      await world.sql(`ROLLBACK TO at_${left}`);
      transport.state = structuredClone(state);
    }
  }

  await world.sql('BEGIN');
  try {
    let model = emptyModel();
    for (const name of start) model = await take(world, steps, model, name);
    await from(model, depth);
  } catch (error) {
    throw new Error(`MODEL_STEPS='${JSON.stringify([...start, ...path])}'`, { cause: error });
  } finally {
    await world.sql('ROLLBACK');
  }
  return { states: explored.size, steps: taken };
}

/** What tells states apart: what has happened does not, only what it left. */
function keyOf({ jobs, held }: Model, { state }: ModelTransport) {
  const left = jobs.map(
    (job) =>
      job && [job.status, job.run, job.failures, job.progress, job.place, job.overdue, job.letters],
  );
  return JSON.stringify([left, held.map((runs) => JSON.stringify(runs)).sort(), state]);
}
