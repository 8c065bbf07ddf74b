import fc from 'fast-check';
import { beforeAll, describe, test, vi } from 'vitest';
import { Database } from '../../../src/database/database.ts';
import { testDatabase } from '../../support/database.ts';
import { silent } from '../../support/log.ts';
import { explore } from './explore.ts';
import { drain, emptyModel, type ModelTransport, take, workers } from './play.ts';
import { stepsOf } from './steps.ts';
import { nameOf, type Pick, pick } from './walk.ts';
import { plans, World } from './world.ts';

const { MODEL_SEED, MODEL_RUNS, MODEL_STEPS, MODEL_DEPTH } = process.env;
const seed = Number(MODEL_SEED ?? Date.now() % 2 ** 31);
const numRuns = Number(MODEL_RUNS ?? 60);
const length = { minLength: 20, maxLength: 40, size: 'max' } as const;

/** A sweep, and shrinking what it finds, take their time. */
vi.setConfig({ testTimeout: 3_600_000 });

export type MakeTransport = (world: World, jobs: number) => ModelTransport;

/** Holds the SQL of jobs, and a transport, against the rules of the protocol: in random sequences of
 *  steps, and in every one of a `depth` that takes seconds. */
export function checkModel(makeTransport: MakeTransport, options: { depth: number }) {
  const depth = Number(MODEL_DEPTH ?? options.depth);
  const database = testDatabase();
  let world: World;
  beforeAll(() => {
    world = new World(database.db, database.pool);
  });

  /** Each choice is a step's name, or is made at its turn. Tells in `taken` what was taken. */
  async function play(choices: (string | Pick)[], taken: string[] = []) {
    await world.reset();
    const transport = makeTransport(world, plans.length);
    const steps = { ...stepsOf(plans.length, workers), ...transport.steps };
    let model = emptyModel();
    for (const choice of ['create j0', 'create j1', ...choices]) {
      const name = typeof choice === 'string' ? choice : nameOf(choice, steps, model);
      if (name === undefined) break;
      taken.push(name);
      model = await take(world, steps, model, name);
    }
    await drain(world, transport, steps, model);
  }

  if (MODEL_STEPS) {
    test('the steps of MODEL_STEPS', () => play(JSON.parse(MODEL_STEPS)));
    return;
  }

  test(`any steps, in any order (MODEL_SEED=${seed} MODEL_RUNS=${numRuns})`, async () => {
    let taken: string[] = [];
    const picks = fc.array(pick, length);
    const walk = fc.asyncProperty(picks, async (choices) => {
      taken = [];
      await play(choices, taken);
    });
    const found = await fc.check(walk, { seed, numRuns, endOnFailure: true });
    if (!found.failed) return;
    // What a pick chooses depends on those before it; names can be left out one by one.
    const names = fc.array(fc.constantFrom(...new Set(taken)));
    await fc.assert(
      fc.asyncProperty(names, (choices) => play(choices)),
      { seed, examples: [[taken]], numRuns: 1 },
    );
    throw new Error(`failed once, and not again: ${JSON.stringify(taken)}`, {
      cause: found.errorInstance,
    });
  });

  describe(`every sequence of ${depth} steps about one job`, () => {
    test('from its creation', () => exploreFrom(() => ['create j0']));
    test('from a lease that ran out', () =>
      exploreFrom(({ fair }) => ['create j0', ...fair, 'age j0', 'sweep', 'age j0']));
  });

  async function exploreFrom(start: (transport: ModelTransport) => string[]) {
    const options = { url: database.url, size: 1, acquireMs: 2000, statementMs: 10_000 };
    const db = new Database({ ...options, name: 'explorer' }, silent);
    const alone = new World(db, database.pool);
    await alone.reset();
    const transport = makeTransport(alone, 1);
    const steps = { ...stepsOf(1, workers), ...transport.steps };
    try {
      const found = await explore(alone, transport, steps, { start: start(transport), depth });
      console.info(`${found.states} states, ${found.steps} steps`);
    } finally {
      await db.close();
    }
  }
}
