import { claimDue } from '../../../src/jobs/postgres/statements.ts';
import { PostgresTransport } from '../../../src/jobs/postgres/transport.ts';
import { silent } from '../../support/log.ts';
import { checkModel } from '../model/check.ts';
import { workers } from '../model/play.ts';
import * as rules from '../model/rules.ts';
import { always, heldBy, inAll, jobIn, type Step, type Steps } from '../model/steps.ts';
import { leaseS } from '../model/world.ts';

checkModel(
  (world, jobs) => {
    const transport = new PostgresTransport(world.db, { leaseS }, silent);
    const steps: Steps = {
      withdraw: always(
        (model, skipped) => {
          for (const [i, job] of model.jobs.entries())
            if (job && !skipped.has(i)) rules.putBack(job);
        },
        async () => {
          for (const { tick } of transport.chores) await tick();
        },
      ),
    };
    for (let worker = 0; worker < workers; worker += 1) {
      steps[`w${worker} claims one`] = claims(worker, 1);
      steps[`w${worker} claims all`] = claims(worker, 10);
    }
    for (let job = 0; job < jobs; job += 1) steps[`a broker had j${job}`] = published(job);
    return { state: null, steps, fair: ['withdraw', 'w0 claims all'] };
  },
  { depth: 5 },
);

/** What is due, by priority: as the jobs are numbered. */
const claims = (worker: number, most: number) =>
  always(
    (model, skipped) => {
      const held = heldBy(model, worker);
      const before = held.length;
      return inAll(model, (job, i) => {
        const due = job.place === 'outbox' && job.overdue && !skipped.has(i);
        if (!due || held.length === before + most) return null;
        held.push({ job: i, run: job.run });
        rules.claim(job, job.run);
        return `${i} ${job.run}`;
      });
    },
    async (world) => {
      const claimed = await world.db.query(claimDue, [most, leaseS]);
      return claimed.map(({ id, run }) => `${world.jobOf(id)} ${run}`).sort();
    },
  );

/** As a service leaves it that had a broker until now. */
const published =
  (job: number): Step =>
  (model) =>
    model.jobs[job] && {
      rule: (model) => {
        rules.publish(jobIn(model, job));
      },
      act: (world) =>
        world.sql(
          `UPDATE jobs SET due_at = NULL, published_at = clock_timestamp()
          WHERE id = $1 AND due_at <= clock_timestamp()`,
          [world.idOf(job)],
        ),
      alone: true,
    };
