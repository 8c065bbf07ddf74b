import { Redis } from 'ioredis';
import type { Proxies } from './foundation.ts';
import type { FaultProxy } from './proxy.ts';
import type { World } from './world.ts';

const unlinkAll = `
  for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('UNLINK', key) end`;

/** Looks at a queue and breaks it, on the Redis itself: past the proxies. */
export class BrokenQueue implements Disposable {
  readonly redis = new Redis(process.env.REDIS_URL ?? '');
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  static of({ queue }: World): BrokenQueue {
    return new BrokenQueue(queue);
  }

  async hasMessage(id: string, run: number): Promise<boolean> {
    return (await this.redis.exists(`bull:${this.name}:${id}-${run}`)) === 1;
  }

  /** How many messages it has, those included that a worker holds. */
  async size(): Promise<number> {
    const waiting = await this.redis.zcard(`bull:${this.name}:prioritized`);
    return waiting + (await this.redis.llen(`bull:${this.name}:active`));
  }

  /** What an emptied Redis does to it: all goes at once. */
  async lose(): Promise<void> {
    await this.redis.eval(unlinkAll, 0, `bull:${this.name}:*`);
  }

  [Symbol.dispose](): void {
    this.redis.disconnect();
  }
}

export async function deleteQueue(name: string): Promise<void> {
  using queue = new BrokenQueue(name);
  await queue.lose();
}

export function redisOf({ REDIS_URL }: Proxies): FaultProxy {
  if (!REDIS_URL) throw new Error('The service has no REDIS_URL');
  return REDIS_URL;
}
