// BullMQ: the result stays in Redis, or ($STORE=postgres) is inserted by the processor.
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { command, enqueue, input, result, store, tell } from './tally.ts';

const connection = new Redis(process.env.REDIS_URL ?? '', { maxRetriesPerRequest: null });
const inPostgres = process.env.STORE === 'postgres';

if (command === 'enqueue') {
  const queue = new Queue('peer', { connection });
  const opts = { removeOnComplete: inPostgres };
  await enqueue(500, (batch) =>
    queue.addBulk(batch.map(() => ({ name: 'job', data: input, opts }))),
  );
} else {
  const work = async ({ id = '' }: { id?: string }) => {
    if (!inPostgres) return result;
    await store(id);
    return undefined;
  };
  const concurrency = Number(process.env.CONCURRENCY);
  const worker = new Worker('peer', work, { connection, concurrency });
  worker.on('completed', () => tell());
}
