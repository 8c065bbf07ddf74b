import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { behindGate } from './gate.ts';
import { holdInvariants } from './invariants.ts';
import { observe } from './observe.ts';
import { isFinal, type ModelJob } from './rules.ts';
import { settleDue } from './statements.ts';
import type { Bound, Model, Steps } from './steps.ts';
import { plans, type World } from './world.ts';

/** How jobs come to the workers, as steps of its own. */
export interface ModelTransport {
  /** What it carries beside the rows, as plain data. */
  state: unknown;
  steps: Steps;
  /** What brings a due job to the first worker, sooner or later, when it is done again and again. */
  fair: string[];
}

export const workers = 2;
/** Two steps at the same time: as it happens, and so that both have begun before either writes. */
export const separators = [' | ', ' || '];

export const emptyModel = (): Model => ({
  jobs: plans.map(() => undefined),
  held: Array.from({ length: workers }, () => []),
});

/** Takes a step, or two at the same time (`a | b`, `a || b`), for real and in the model, and
 *  compares. What is not possible now is passed over. Answers the model after it. */
export async function take(world: World, steps: Steps, model: Model, name: string): Promise<Model> {
  const bound = bind(steps, model, name);
  if (!bound) return model;
  const acts = bound.map(
    ({ act }) =>
      () =>
        act(world),
  );
  const told = name.includes(' || ')
    ? await behindGate(world.pool, acts)
    : await Promise.all(acts.map((act) => act()));
  await world.db.query(settleDue);
  const seen = await observe(world);
  for (const job of seen) if (job) holdInvariants(job);
  const real = { told, jobs: seen.map((one) => one?.job) };
  let first: { told: unknown[]; jobs: (ModelJob | undefined)[] } | undefined;
  for (const way of waysOf(bound, model)) {
    const wanted = { told: way.told, jobs: way.model.jobs };
    if (isDeepStrictEqual(wanted, real)) return way.model;
    first ??= wanted;
  }
  expect(real, name).toEqual(first);
  throw new Error(`${name}: differs in what toEqual does not tell apart`);
}

function bind(steps: Steps, model: Model, name: string): Bound[] | undefined {
  const bound = name.split(/ \|\|? /).map((one) => {
    const step = steps[one];
    if (!step) throw new Error(`There is no step ${one}`);
    return step(model);
  });
  const possible = bound.filter((one) => one !== undefined);
  if (possible.length < bound.length) return undefined;
  return bound.length > 1 && possible.some(({ alone }) => alone) ? undefined : possible;
}

const none: ReadonlySet<number> = new Set();
const subsets: ReadonlySet<number>[] = [none];
for (const job of plans.keys()) {
  subsets.push(...subsets.map((set) => new Set([...set, job])));
}

/** All that the rules allow: two at the same time come in either order, and one that skips locked
 *  rows may pass by any job. */
function* waysOf(bound: Bound[], model: Model) {
  const orders = bound.length > 1 ? [[0, 1] as const, [1, 0] as const] : [[0] as const];
  const skips = bound.length > 1 ? subsets : [none];
  for (const order of orders) {
    for (const skippedFirst of skips) {
      for (const skippedSecond of skips) {
        const skipped = [skippedFirst, skippedSecond];
        const after = structuredClone(model);
        const told: unknown[] = [];
        for (const [turn, i] of order.entries()) {
          told[i] = bound[i]?.rule(after, skipped[turn] ?? none);
        }
        yield { model: after, told };
      }
    }
  }
}

const mostRounds = 12;

/** However it stands: when time passes, and everybody does what is theirs, every job gets done. */
export async function drain(world: World, transport: ModelTransport, steps: Steps, model: Model) {
  const jobs = [...model.jobs.keys()].filter((job) => model.jobs[job]);
  const round = [
    ...jobs.map((job) => `age j${job}`),
    'sweep',
    ...transport.fair,
    ...jobs.map((job) => `w0 finishes j${job}`),
    'roll up',
  ];
  let now = model;
  for (let i = 0; i < mostRounds; i += 1) {
    if (jobs.every((job) => isFinal(now.jobs[job] as ModelJob))) return;
    for (const name of round) now = await take(world, steps, now, name);
  }
  expect.fail(`stuck, after ${mostRounds} rounds: ${JSON.stringify(now.jobs)}`);
}
