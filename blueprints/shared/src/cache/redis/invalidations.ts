import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../../logger.ts';
import type { Listener } from '../tier.ts';
import type { Gate } from './gate.ts';
import { type CacheScripts, tagMs } from './scripts.ts';

export interface InvalidationsOptions {
  redis: CacheScripts;
  subscriber: Redis;
  gate: Gate;
  prefix: string;
  log: Logger;
}

/** The most that wait for Redis to come back; of more, the oldest are left to the entries' age. */
const maxUntold = 1000;
const tellAgainMs = 1000;

/** Gives tags new versions in Redis and spreads the word; what Redis was not told, it is told once
 *  it is back. */
export class Invalidations {
  private readonly options: InvalidationsOptions;
  private readonly channel: string;
  private readonly timer: NodeJS.Timeout;
  private untold = new Set<string>();

  constructor(options: InvalidationsOptions) {
    this.options = options;
    this.channel = `${options.prefix}:invalidations`;
    this.timer = setInterval(() => void this.catchUp(), tellAgainMs).unref();
  }

  async send(tags: readonly string[]): Promise<void> {
    const told = await this.options.gate.pass(() => Promise.all(tags.map((tag) => this.tell(tag))));
    if (told) return;
    for (const tag of tags) this.untold.add(tag);
    for (const tag of this.untold) {
      if (this.untold.size <= maxUntold) break;
      this.untold.delete(tag);
    }
  }

  /** Whether Redis has been told all. What is read on the same connection after it, is told. */
  async catchUp(): Promise<boolean> {
    const tags = [...this.untold];
    if (tags.length === 0) return true;
    this.untold.clear();
    await this.send(tags);
    return this.untold.size === 0;
  }

  listen(listener: Listener): void {
    const { subscriber, log } = this.options;
    subscriber.on('message', (_, tag: string) => listener.invalidated(tag));
    subscriber.on('ready', () => {
      subscriber.subscribe(this.channel).then(
        () => listener.missed(),
        (error) => log.warn({ err: error }, 'invalidations elsewhere are not heard of'),
      );
    });
  }

  close(): void {
    clearInterval(this.timer);
  }

  private tell(tag: string) {
    const { redis, prefix } = this.options;
    const version = randomUUID();
    return redis.cacheInvalidate(1, `${prefix}:tag:${tag}`, version, tagMs, this.channel, tag);
  }
}
