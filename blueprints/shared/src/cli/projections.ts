import type { Database } from '../database/database.ts';
import { type Difference, UsageProjection } from '../usage/projection.ts';
import { runCommand, UsageError, withDatabase } from './command.ts';

const projections: Record<string, (db: Database) => UsageProjection> = {
  usage: (db) => new UsageProjection(db),
};

const usage = `Usage:
  npm run projections -- check [NAME]     says where a projection differs from the
                                          jobs that it is made of
  npm run projections -- rebuild [NAME]   makes it anew while the service runs;
                                          readers see the old one until then
Names: ${Object.keys(projections).join(', ')} (without one: all).
check exits with 1 where something differs, both with 2 for wrong usage.`;

/** Differences that are printed; all are counted. */
const shown = 20;

const [command, ...names] = process.argv.slice(2);

await runCommand(async () => {
  const unknown = names.some((name) => !Object.hasOwn(projections, name));
  if ((command !== 'check' && command !== 'rebuild') || names.length > 1 || unknown) {
    throw new UsageError(usage);
  }
  await withDatabase(async (db) => {
    for (const name of names.length > 0 ? names : Object.keys(projections)) {
      const projection = projections[name]?.(db);
      let differences = 0;
      await projection?.[command]((difference) => {
        differences += 1;
        if (differences <= shown) console.log(line(difference));
      });
      if (differences > shown) console.log(`… and ${differences - shown} more`);
      console.log(`${name}: ${verdict(command, differences)}`);
      if (command === 'check' && differences > 0) process.exitCode = 1;
    }
  });
});

function line({ day, tenant, type, projection, truth }: Difference) {
  const figures = (['jobs', 'succeeded', 'dead', 'seconds'] as const)
    .filter((figure) => projection[figure] !== truth[figure])
    .map((figure) => `${figure} ${projection[figure]}, should be ${truth[figure]}`);
  return `${day}  ${tenant}  ${type}: ${figures.join('; ')}`;
}

function verdict(command: 'check' | 'rebuild', differences: number) {
  const rows = differences === 1 ? '1 row' : `${differences} rows`;
  if (command === 'rebuild') return `made anew; ${rows} changed`;
  if (differences === 0) return 'agrees with the jobs';
  const differ = differences === 1 ? 'differs' : 'differ';
  return `${rows} ${differ} from the jobs (npm run projections -- rebuild)`;
}
