// pg-boss: batches, each with one statement for its results.
import { PgBoss } from 'pg-boss';
import { command, enqueue, input, storeAll, tell } from './tally.ts';

const boss = new PgBoss({ connectionString: process.env.DATABASE_URL, max: 10 });
boss.on('error', console.error);
await boss.start();

if (command === 'enqueue') {
  await boss.createQueue('peer');
  await enqueue(1000, (batch) =>
    boss.insert(
      'peer',
      batch.map(() => ({ data: input })),
    ),
  );
} else {
  const options = { batchSize: 1000, localConcurrency: 2, burstWhenBatchFull: true };
  await boss.work('peer', options, async (jobs) => {
    await storeAll(jobs.map(({ id }) => id));
    tell(jobs.length);
  });
}
