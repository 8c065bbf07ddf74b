import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { separators } from './play.ts';
import { isFinal } from './rules.ts';
import type { Bound, Model, Steps } from './steps.ts';

/** A choice among the steps that are possible at its turn, or of two at the same time. */
export interface Pick {
  first: Choice;
  second: Choice;
  how: string;
}

interface Choice {
  /** Rather of what workers do with the runs that they hold, or held. */
  held: boolean;
  index: number;
}

const choice = fc.record({ held: fc.boolean(), index: fc.noBias(fc.nat()) });
export const pick: fc.Arbitrary<Pick> = fc.record({
  first: choice,
  second: choice,
  how: fc.constantFrom('', '', ...separators),
});

const withHeld = /^w\d (?!claims)/;
/** After these little else is possible. */
const ends = /cancel|finish|for good|crash|lose|broker had/;

/** undefined: every job is done. */
export function nameOf({ first, second, how }: Pick, steps: Steps, model: Model) {
  if (model.jobs.every((job) => job && isFinal(job) && job.status !== 'dead')) return undefined;
  const possible = Object.entries(steps).flatMap(([name, step]) => {
    const bound = step(model);
    return bound ? Array(weightOf(name, bound, model)).fill({ name, alone: bound.alone }) : [];
  });
  const one = choose(possible, first);
  if (how === '' || one.alone) return one.name;
  const other = choose(
    possible.filter(({ alone }) => !alone),
    second,
  );
  return one.name + how + other.name;
}

/** What keeps a job going comes more often; what changes nothing is of interest by who holds a run. */
function weightOf(name: string, { rule }: Bound, model: Model) {
  if (ends.test(name)) return 1;
  if (withHeld.test(name)) return 4;
  const after = structuredClone(model);
  rule(after, new Set());
  return isDeepStrictEqual(after, model) ? 1 : 4;
}

function choose<Named extends { name: string }>(possible: Named[], { held, index }: Choice) {
  const preferred = possible.filter(({ name }) => withHeld.test(name) === held);
  const among = preferred.length > 0 ? preferred : possible;
  return among[index % among.length] as Named;
}
