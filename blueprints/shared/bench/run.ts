import { parseArgs } from 'node:util';
import { runCommand, UsageError } from '../src/cli/command.ts';
import requireServices from '../test/support/services.ts';
import { brief } from './brief.ts';
import { memory } from './memory.ts';
import { tableSize } from './table-size.ts';

const usage = `Usage:
  npm run bench -- brief [--quick] [--json]
                                          what the brief predicted beside what this machine measures;
                                          quick: a tenth of the load, to see that it runs
  npm run bench -- table-size             every endpoint beside 10³ jobs and beside 10⁶
  npm run bench -- memory [--minutes 10]  what api and worker weigh under a mixed load`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    quick: { type: 'boolean', default: false },
  },
});

const benchmarks: Record<string, () => Promise<boolean>> = {
  brief: () => brief({ json: values.json, scale: values.quick ? 0.1 : 1 }),
  'table-size': tableSize,
  memory: () => memory(Number(values.minutes)),
};

await runCommand(async () => {
  requireServices();
  const benchmark = benchmarks[positionals[0] ?? ''];
  if (!benchmark || !(Number(values.minutes) >= 2)) throw new UsageError(usage);
  if (await benchmark()) process.exitCode = 1;
});
