import { rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../src/cli/command.ts';
import requireServices from '../test/support/services.ts';
import { allCases, type FaultCase } from './case.ts';
import { sayFigure } from './figures.ts';
import { type Result, Results, tableOf } from './results.ts';
import { World } from './world.ts';

const usage = `Usage: npm run faults -- [--case N[,N…]] [--seed S] [--seeds COUNT] [--idle] [--out FILE]
  --case   only these cases
  --seed   the first seed (default 1); with it a run's timings and load can be had again
  --seeds  how many seeds, where a case is worth so many (default 1; a sweep: 20)
  --idle   the machine does nothing else: also judges what a busy one moves, such as p99
  --out    keeps each result as a line of JSON; what is there already is not run again`;

const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    idle: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});

const logs = path.resolve('faults-logs');
let current: World | undefined;

/** Leaves nothing behind when it is ended in the middle of a run. */
async function leave() {
  await current?.[Symbol.asyncDispose]().catch(() => {});
  process.exit(130);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void leave());
// An npm that is ended by a signal leaves us behind.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && void leave(), 1000).unref();

function numberOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`Not a whole number: ${text}\n${usage}`);
  return Number(text);
}

async function chosenCases(): Promise<FaultCase[]> {
  const all = await allCases();
  const wanted = values.case?.split(',').map(numberOf) ?? all.map(({ number }) => number);
  return wanted.map((number) => {
    const found = all.find((one) => one.number === number);
    if (found) return found;
    throw new UsageError(
      `There is no case ${number}: ${all.map((c) => c.number).join(', ')}\n${usage}`,
    );
  });
}

const seedsOf = ({ seeds }: FaultCase, first: number, count: number) =>
  Array.from({ length: Math.min(seeds, count) }, (_, i) => first + i);

async function runOnce(one: FaultCase, seed: number): Promise<Result> {
  const folder = path.join(logs, `${one.number}-${seed}`);
  const startedAt = performance.now();
  const world = await World.create(seed, folder, values.idle);
  current = world;
  let error: string | undefined;
  try {
    await one.run(world);
    await world.drain();
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  await world.audit();
  await world[Symbol.asyncDispose]();
  current = undefined;
  const ok = error === undefined && !world.figures.broken;
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const { number, title } = one;
  const result = { case: number, title, seed, ok, seconds, figures: world.figures.all };
  if (ok) await rm(folder, { recursive: true });
  say(result, error, folder);
  return error === undefined ? result : { ...result, error };
}

function say({ ok, figures, ...run }: Result, error: string | undefined, folder: string) {
  const shown = Object.entries(figures).filter(
    ([, figure]) => figure.broken || !figure.promise?.endsWith('= 0'),
  );
  const told = shown.map(([name, figure]) => sayFigure(name, figure)).join(', ');
  console.log(
    `${ok ? 'ok    ' : 'FAILED'} ${run.case} seed ${run.seed}  ${run.seconds} s  ${run.title}: ${told}`,
  );
  if (error !== undefined) console.log(`       ${error}`);
  if (!ok) console.log(`       its processes' logs: ${path.relative('.', folder)}/`);
}

await runCommand(async () => {
  requireServices();
  const seeds = [numberOf(values.seed), numberOf(values.seeds)] as const;
  const results = new Results(values.out);
  const cases = await chosenCases();
  for (const one of cases) {
    for (const seed of seedsOf(one, ...seeds)) {
      if (!results.has(one.number, seed)) results.add(await runOnce(one, seed));
    }
  }
  const numbers = new Set(cases.map(({ number }) => number));
  const chosen = results.all.filter((result) => numbers.has(result.case));
  console.log(`\n${tableOf(chosen)}`);
  for (const { case: number, seed } of chosen.filter(({ ok }) => !ok)) {
    process.exitCode = 1;
    console.log(`FAILED; again: npm run faults -- --case ${number} --seed ${seed}`);
  }
});
// Not waiting for what a failed start has left open.
process.exit();
