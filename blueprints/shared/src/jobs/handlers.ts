import { UnfitError } from '../ops/readiness.ts';
import type { JobHandler, JobType } from './type.ts';

/** Throws UnfitError unless each type that the api accepts has one handler, and no other has. */
export function checkHandlers(types: readonly JobType[], handlers: readonly JobHandler[]): void {
  const typed = types.map(({ name }) => name);
  const handled = handlers.map(({ type }) => type.name);
  const count = (names: string[], name: string) => names.filter((one) => one === name).length;
  const faults = [...new Set([...typed, ...handled])]
    .map((name) => ({ name, types: count(typed, name), handlers: count(handled, name) }))
    .filter(({ types, handlers }) => types !== 1 || handlers !== 1)
    .map(({ name, types, handlers }) => `  ${name}: ${types} and ${handlers}`);
  if (faults.length === 0) return;
  throw new UnfitError(
    'src/jobs/types/index.ts must name each job type once in jobTypes, and its handler once in ' +
      `createHandlers. It is not so for\n${faults.join('\n')}`,
  );
}
