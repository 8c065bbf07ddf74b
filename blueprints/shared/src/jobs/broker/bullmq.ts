import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../../logger.ts';
import { connectBlocking, connectRedis } from '../../redis/connection.ts';
import type { Message, Run } from '../model.ts';
import type { Broker, Consume } from './broker.ts';
import { Intake, intakeOptions, type MessageData } from './intake.ts';

const messageId = ({ id, run }: Run) => `${id}-${run}`;

/** BullMQ as a broker only: it neither retries nor keeps anything, and its locks decide nothing. */
export class BullBroker implements Broker {
  readonly queue: string;
  private readonly url: string;
  private readonly log: Logger;
  private readonly redis: Redis;
  private bull: Queue<MessageData>;

  constructor(url: string, queue: string, log: Logger) {
    this.queue = queue;
    this.url = url;
    this.log = log;
    this.redis = connectRedis(url, log);
    this.bull = this.createQueue();
  }

  get available() {
    return this.redis.status === 'ready';
  }

  async publish(messages: Message[]) {
    const bull = await this.usableQueue();
    await bull.addBulk(
      messages.map(({ id, run, priority, traceparent }) => ({
        name: 'run',
        data: { id, run, traceparent },
        opts: {
          jobId: messageId({ id, run }),
          priority,
          attempts: 1,
          removeOnComplete: true,
          removeOnFail: true,
        },
      })),
    );
  }

  async lost(runs: Run[]) {
    const keys = runs.map((run) => this.bull.toKey(messageId(run)));
    // As a rule all of a deep backlog are there: one command tells.
    if ((await this.redis.exists(keys)) === keys.length) return [];
    const pipeline = this.redis.pipeline();
    for (const key of keys) pipeline.exists(key);
    const replies = (await pipeline.exec()) ?? [];
    return runs.filter((_, i) => replies[i]?.[0] === null && replies[i][1] === 0);
  }

  /** A key of its own beside the queue's: it goes when they go. */
  async epoch() {
    const key = this.bull.toKey('epoch');
    await this.redis.set(key, randomUUID(), 'NX');
    const epoch = await this.redis.get(key);
    if (epoch === null) throw new Error('Redis lost the epoch while it was read');
    return epoch;
  }

  readonly consume: Consume = (handle, concurrency) => {
    const connection = connectBlocking(this.url, this.log);
    const intake = new Intake(handle, this.log);
    const take = ({ data }: { data: MessageData }) => intake.take(data);
    const options = { connection, concurrency, ...intakeOptions };
    const worker = new Worker<MessageData>(this.queue, take, options);
    worker.on('error', (error) => intake.erred(error));
    worker.on('failed', (message, error) => intake.failed(message, error));
    return intake.through(worker, connection);
  };

  async close() {
    await this.bull.close();
    this.redis.disconnect();
  }

  private createQueue() {
    const queue = new Queue<MessageData>(this.queue, { connection: this.redis });
    queue.on('error', (error) => this.log.debug({ err: error }, 'queue error'));
    return queue;
  }

  /** BullMQ never forgets that its first look at Redis failed: then the queue is made anew. */
  private async usableQueue() {
    const { bull } = this;
    try {
      await bull.waitUntilReady();
      return bull;
    } catch (error) {
      this.bull = this.createQueue();
      await bull.close().catch(() => {});
      throw error;
    }
  }
}
