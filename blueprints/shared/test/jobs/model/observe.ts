import type { ModelJob } from './rules.ts';
import * as statements from './statements.ts';
import { plans, type World } from './world.ts';

/** A job as its rows tell it: in the model's words, and what else must hold of them. */
export interface Observed extends Rows {
  job: ModelJob;
}

export interface Rows {
  seqs: number[];
  eventSeq: number;
  finished: boolean;
  usage: { jobs: number; succeeded: number; dead: number };
  /** What usage has more, or less, than the time from its start to its end. */
  secondsOff: number;
}

/** By index; undefined where there is no job yet. */
export async function observe(world: World): Promise<(Observed | undefined)[]> {
  const rows = await world.db.query(statements.observe);
  const seen: (Observed | undefined)[] = plans.map(() => undefined);
  for (const { id, seqs, eventSeq, finished, usage, secondsOff, ...job } of rows) {
    seen[world.jobOf(id)] = { job, seqs, eventSeq, finished, usage, secondsOff };
  }
  return seen;
}
