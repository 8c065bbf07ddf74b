import type { Failed } from '../../../src/jobs/model.ts';
import { rollUp } from '../../../src/usage/rollup.ts';
import * as rules from './rules.ts';
import { type PlannedJob, plans, type Run, type World } from './world.ts';

export interface Model {
  jobs: (rules.ModelJob | undefined)[];
  /** The runs that each worker thinks are its own, oldest first. */
  held: Run[][];
}

/** A step that can be taken now, with what it is about fixed. */
export interface Bound {
  /** What the rules make of it; answers what is told to whoever does it. A statement that skips
   *  locked rows may pass by the jobs that another one has at the moment. */
  rule: (model: Model, skipped: ReadonlySet<number>) => unknown;
  act: (world: World) => Promise<unknown>;
  /** It takes more than one statement: others may come in between. */
  alone?: true;
}

/** undefined: not possible now. */
export type Step = (model: Model) => Bound | undefined;
export type Steps = Record<string, Step>;

const expired = { name: 'LeaseExpired', message: 'expired', stack: '' };

/** The steps that are the same with any transport. */
export function stepsOf(jobs: number, workers: number): Steps {
  const steps: Steps = {
    sweep: always(
      (model, skipped) =>
        inAll(model, (job, i) => {
          const status = skipped.has(i) ? null : rules.expire(job, expired.message);
          return status && `${i} ${status}`;
        }),
      async (world) => {
        const failed = await world.store(0).expire(expired, 10);
        await world.pinBackoff(failed);
        return failed.map(({ id, status }) => `${world.jobOf(id)} ${status}`).sort();
      },
    ),
    'roll up': always(
      () => false,
      ({ db }) => rollUp(db),
    ),
  };
  for (const [job, plan] of plans.slice(0, jobs).entries()) {
    Object.assign(steps, aboutJob(job, plan));
    for (let worker = 0; worker < workers; worker += 1) {
      Object.assign(steps, byWorkerAboutJob(worker, job));
    }
  }
  for (let worker = 0; worker < workers; worker += 1) Object.assign(steps, byWorker(worker));
  return steps;
}

export const always =
  (rule: Bound['rule'], act: Bound['act']): Step =>
  () => ({ rule, act });

export const alone =
  (step: Step): Step =>
  (model) => {
    const bound = step(model);
    return bound && { ...bound, alone: true };
  };

/** What a rule tells of every job there is, where it tells anything. */
export const inAll = (
  { jobs }: Model,
  rule: (job: rules.ModelJob, i: number) => string | false | null | undefined,
) => jobs.flatMap((job, i) => (job && rule(job, i)) || []);

export const jobIn = ({ jobs }: Model, job: number) => jobs[job] as rules.ModelJob;
export const heldBy = ({ held }: Model, worker: number) => held[worker] as Run[];

function aboutJob(job: number, plan: PlannedJob): Steps {
  const once = (bound: Bound): Step => {
    return (model) => (model.jobs[job] ? bound : undefined);
  };
  return {
    [`create j${job}`]: always(
      (model) => {
        if (model.jobs[job]) return false;
        model.jobs[job] = rules.create(plan);
        return true;
      },
      async (world) => Boolean(await world.create(job, plan)),
    ),
    [`cancel j${job}`]: once({
      rule: (model) => rules.cancel(jobIn(model, job)),
      act: async (world) => Boolean(await world.store(0).cancel(world.idOf(job), 't1')),
    }),
    [`age j${job}`]: once({
      rule: (model) => {
        jobIn(model, job).overdue = jobIn(model, job).place !== 'none';
      },
      act: (world) => world.age(job),
      alone: true,
    }),
    [`replay j${job}`]: (model) => {
      const letter = model.jobs[job]?.letters.at(-1);
      if (!letter) return undefined;
      return {
        rule: (model) => rules.replay(jobIn(model, job), letter.run),
        act: async (world) => {
          const id = await world.letterOf({ job, run: letter.run });
          return Boolean(await world.letters.replay(id, 't1'));
        },
      };
    },
  };
}

function byWorkerAboutJob(worker: number, job: number): Steps {
  /** About the oldest run of the job that the worker has; it lets go of it unless told otherwise. */
  const write =
    (
      rule: (job: rules.ModelJob, run: number) => unknown,
      act: (world: World, run: { id: string; run: number }) => Promise<unknown>,
      { keeps = false } = {},
    ): Step =>
    (model) => {
      const held = heldBy(model, worker).find((run) => run.job === job);
      if (!held) return undefined;
      return {
        rule: (model) => {
          if (!keeps) letGo(heldBy(model, worker), held);
          return rule(jobIn(model, job), held.run);
        },
        act: (world) => act(world, world.runOf(held)),
      };
    };
  const finish = [
    rules.finish,
    async (world: World, run: { id: string; run: number }) =>
      Boolean(await world.store(worker).finish(run, { run: run.run })),
  ] as const;
  const fail = (permanent: boolean) =>
    [
      (job: rules.ModelJob, run: number) => rules.fail(job, run, `run ${run}`, permanent),
      async (world: World, run: { id: string; run: number }) => {
        const error = { name: 'Error', message: `run ${run.run}`, stack: 'here' };
        const failed: Failed | null = await world.store(worker).fail({ ...run, error, permanent });
        await world.pinBackoff([failed]);
        return failed?.status ?? null;
      },
    ] as const;
  // What goes on after a write that was not answered is written again.
  const unheard = { keeps: true };
  const who = `w${worker}`;
  const what = `j${job}`;
  return {
    [`${who} progresses ${what}`]: write(
      (job, run) => rules.progress(job, run, Math.min(99, 10 * run)),
      (world, run) => world.store(worker).progress(run, Math.min(99, 10 * run.run)),
      unheard,
    ),
    [`${who} finishes ${what}`]: write(...finish),
    [`${who} finishes ${what}, unheard`]: write(...finish, unheard),
    [`${who} fails ${what}`]: write(...fail(false)),
    [`${who} fails ${what}, unheard`]: write(...fail(false), unheard),
    [`${who} fails ${what} for good`]: write(...fail(true)),
    [`${who} hands ${what} back`]: write(
      (job, run) => rules.handBack(job, run),
      async (world, run) => Boolean(await world.store(worker).handBack(run)),
    ),
    [`${who} postpones ${what}`]: write(
      (job, run) => rules.handBack(job, run, false),
      async (world, run) =>
        Boolean(await world.store(worker).postpone({ ...run, delayMs: 3_600_000 })),
    ),
  };
}

function byWorker(worker: number): Steps {
  const withRuns =
    (bind: (held: Run[]) => Bound): Step =>
    (model) => {
      const held = [...heldBy(model, worker)];
      return held.length > 0 ? bind(held) : undefined;
    };
  return {
    [`w${worker} renews`]: withRuns((held) => ({
      rule: (model, skipped) => {
        for (const { job, run } of held) {
          if (!skipped.has(job)) rules.renew(jobIn(model, job), run);
        }
      },
      act: (world) => world.store(worker).renewLeases(held.map((run) => world.runOf(run))),
    })),
    [`w${worker} looks`]: withRuns((held) => ({
      rule: (model) => inAll(model, (job, i) => mine(held, i, job) && `${i}`),
      act: async (world) => {
        const ids = await world.store(worker).heldLeases(held.map((run) => world.runOf(run)));
        return [...ids].map((id) => `${world.jobOf(id)}`).sort();
      },
    })),
    [`w${worker} finishes all at once`]: withRuns((held) => {
      const twice = [...held, ...held.toReversed()];
      return {
        rule: (model) => {
          for (const run of held) letGo(heldBy(model, worker), run);
          return twice.map(({ job, run }) => rules.finish(jobIn(model, job), run));
        },
        act: async (world) => {
          const store = world.store(worker);
          // The first keeps the store busy, so that all others are written in one batch.
          const runs = [{ job: 0, run: 0 }, ...twice].map((run) => world.runOf(run));
          const done = await Promise.all(runs.map((run) => store.finish(run, { run: run.run })));
          return done.slice(1).map(Boolean);
        },
      };
    }),
    [`w${worker} crashes`]: withRuns(() => ({
      rule: (model) => {
        model.held[worker] = [];
      },
      act: async () => {},
      alone: true,
    })),
  };
}

const mine = (held: Run[], job: number, { status, run }: rules.ModelJob) =>
  status === 'active' && held.some((one) => one.job === job && one.run === run);

function letGo(held: Run[], { job, run }: Run) {
  const i = held.findIndex((one) => one.job === job && one.run === run);
  if (i >= 0) held.splice(i, 1);
}
