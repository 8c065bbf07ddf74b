// graphile-worker: with its defaults, or ($TUNED=1) as its page on performance says.
import { makeWorkerUtils, run, runMigrations } from 'graphile-worker';
import { command, enqueue, input, pool, store, tell } from './tally.ts';

const concurrentJobs = Number(process.env.CONCURRENCY);
const shared = { pgPool: pool };

if (command === 'enqueue') {
  await runMigrations(shared);
  const utils = await makeWorkerUtils(shared);
  await enqueue(500, (batch) =>
    utils.addJobs(batch.map(() => ({ identifier: 'job', payload: input }))),
  );
} else {
  const tuned = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  const worker = { concurrentJobs, ...(process.env.TUNED ? tuned : {}) };
  const job = async (_: unknown, { job }: { job: { id: string } }) => store(job.id);
  const runner = await run({ ...shared, preset: { worker }, taskList: { job } });
  runner.events.on('job:complete', () => tell());
}
