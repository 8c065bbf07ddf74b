import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../src/cli/command.ts';
import requireServices from '../test/support/services.ts';
import { memory } from './memory.ts';
import { tableSize } from './table-size.ts';

const usage = `Usage:
  npm run bench -- table-size             every endpoint beside 10³ jobs and beside 10⁶
  npm run bench -- memory [--minutes 10]  what api and worker weigh under a mixed load`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' } },
});

const benchmarks: Record<string, () => Promise<boolean>> = {
  'table-size': tableSize,
  memory: () => memory(Number(values.minutes)),
};

await runCommand(async () => {
  requireServices();
  const benchmark = benchmarks[positionals[0] ?? ''];
  if (!benchmark || !(Number(values.minutes) >= 2)) throw new UsageError(usage);
  if (await benchmark()) process.exitCode = 1;
});
