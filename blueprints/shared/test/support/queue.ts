import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { BullBroker } from '../../src/jobs/broker/bullmq.ts';
import { silent } from './log.ts';
import { until } from './wait.ts';

export interface TestQueue {
  broker: BullBroker;
  redis: Redis;
  /** The messages' ids. */
  messages(): Promise<string[]>;
  /** What an emptied Redis does to the queue. */
  lose(): Promise<void>;
}

/** A queue of its own for the calling file, on the Redis of the environment. */
export function testQueue(): TestQueue {
  const url = process.env.REDIS_URL ?? '';
  const name = `test_${randomBytes(6).toString('hex')}`;
  const keys = (pattern: string) => queue.redis.keys(`bull:${name}:${pattern}`);
  const queue = {
    messages: async () => (await keys('????????-????-*')).map((key) => key.slice(name.length + 6)),
    lose: async () => {
      const all = await keys('*');
      if (all.length > 0) await queue.redis.del(...all);
    },
  } as TestQueue;
  beforeAll(async () => {
    queue.redis = new Redis(url);
    queue.broker = new BullBroker(url, name, silent);
    await until('Redis', () => queue.broker.available);
  });
  afterAll(async () => {
    await queue.broker.close();
    await queue.lose();
    queue.redis.disconnect();
  });
  return queue;
}
