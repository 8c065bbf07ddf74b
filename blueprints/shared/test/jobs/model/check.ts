import fc from 'fast-check';
import { beforeAll, describe, test, vi } from 'vitest';
import { Database } from '../../../src/database/database.ts';
import { testDatabase } from '../../support/database.ts';
import { silent } from '../../support/log.ts';
import { explore } from './explore.ts';
import { drain, emptyModel, type ModelTransport, separator, take, workers } from './play.ts';
import { stepsOf } from './steps.ts';
import { plans, World } from './world.ts';

const { MODEL_SEED, MODEL_RUNS, MODEL_STEPS, MODEL_DEPTH } = process.env;
const seed = Number(MODEL_SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(MODEL_RUNS ?? 50);
const depth = Number(MODEL_DEPTH ?? 5);
const mostSteps = 80;

/** A sweep, and shrinking what it finds, take their time. */
vi.setConfig({ testTimeout: 3_600_000 });

export type MakeTransport = (world: World, jobs: number) => ModelTransport;

/** Holds the SQL of jobs, and a transport, against the rules of the protocol. */
export function checkModel(makeTransport: MakeTransport) {
  const database = testDatabase();
  let world: World;
  beforeAll(() => {
    world = new World(database.db);
  });

  async function play(names: string[]) {
    await world.reset();
    const transport = makeTransport(world, plans.length);
    const steps = { ...stepsOf(plans.length, workers), ...transport.steps };
    let model = emptyModel();
    for (const name of names) model = await take(world, steps, model, name);
    await drain(world, transport, steps, model);
  }

  test.runIf(MODEL_STEPS)('the steps of MODEL_STEPS', () => play(JSON.parse(MODEL_STEPS ?? '')));

  test(`any steps, in any order (MODEL_SEED=${seed} MODEL_RUNS=${numRuns})`, async () => {
    const names = Object.keys(stepsOf(plans.length, workers)).concat(
      Object.keys(makeTransport(world, plans.length).steps),
    );
    const one = fc.constantFrom(...names);
    const both = fc.tuple(one, one).map((pair) => pair.join(separator));
    const step = fc.oneof({ weight: 3, arbitrary: one }, { weight: 1, arbitrary: both });
    const sequence = fc
      .array(step, { maxLength: mostSteps, size: 'max' })
      .map((names) => ['create j0', 'create j1', ...names]);
    await fc.assert(fc.asyncProperty(sequence, play), { seed, numRuns });
  });

  describe(`every sequence of ${depth} steps about one job`, () => {
    test('from its creation', () => exploreFrom(() => ['create j0']));
    test('from a lease that ran out', () =>
      exploreFrom(({ fair }) => ['create j0', ...fair, 'age j0', 'sweep', 'age j0']));
  });

  async function exploreFrom(start: (transport: ModelTransport) => string[]) {
    const options = { url: database.url, size: 1, acquireMs: 2000, statementMs: 10_000 };
    const alone = new World(new Database({ ...options, name: 'explorer' }, silent));
    await alone.reset();
    const transport = makeTransport(alone, 1);
    const steps = { ...stepsOf(1, workers), ...transport.steps };
    const found = await explore(alone, transport, steps, { start: start(transport), depth });
    console.info(`${found.states} states, ${found.steps} steps`);
    await alone.db.close();
  }
}
