import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../../logger.ts';
import { connectBlocking, connectRedis } from '../../redis/connection.ts';
import { traceIdOf } from '../../trace.ts';
import type { Message, Run } from '../model.ts';
import type { Consumer } from '../transport.ts';
import type { Broker } from './broker.ts';

const messageId = ({ id, run }: Run) => `${id}-${run}`;

interface MessageData extends Run {
  traceparent: string;
}

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

  consume(handle: (run: Run) => Promise<void>, concurrency: number): Consumer {
    const connection = connectBlocking(this.url, this.log);
    const working = new Set<Promise<void>>();
    const work = async (run: Run) => {
      const one = handle(run);
      working.add(one);
      await one.finally(() => working.delete(one));
    };
    const worker = new Worker<MessageData>(this.queue, ({ data }) => work(data), {
      connection,
      concurrency,
      // How soon a message comes back that a worker took and died before it claimed the job. One
      // that comes back too early is not claimed.
      lockDuration: 3000,
      stalledInterval: 1000,
    });
    worker.on('error', (error) => this.log.debug({ err: error }, 'queue worker error'));
    // Only a claim can fail here; the message is gone then, and is found to be lost.
    worker.on('failed', (message, error) => {
      const { id: job_id, traceparent = '' } = message?.data ?? {};
      const trace_id = traceIdOf(traceparent);
      this.log.warn({ err: error, job_id, trace_id }, 'message not taken');
    });
    return {
      close: async () => {
        // While Redis is away the worker cannot tell it what it did; nothing depends on that.
        const told = worker.close();
        const done = Promise.allSettled(working).then(() => sleep(1000));
        await Promise.race([told, done]);
        connection.disconnect();
        told.catch(() => {});
      },
    };
  }

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
