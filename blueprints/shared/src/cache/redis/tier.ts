import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from '../../logger.ts';
import { connectRedis } from '../../redis/connection.ts';
import type { Entry } from '../entry.ts';
import type { CacheMetrics } from '../metrics.ts';
import type { Listener, Look, Ticket, Tier } from '../tier.ts';
import { Gate } from './gate.ts';
import { Invalidations } from './invalidations.ts';
import { type CacheScripts, type LookReply, tagMs, withScripts } from './scripts.ts';

export interface RedisTierOptions {
  /** Of a Redis that may evict. */
  url: string;
  /** Begins every key: services that share a Redis must not share it. */
  prefix: string;
  /** How long others wait for a load before they load, too. Default: 5 s. */
  lockMs?: number;
  /** How long an operation may take. Default: 100 ms. */
  deadlineMs?: number;
  /** How long Redis is left alone after one failed or was late. Default: 1 s. */
  pauseMs?: number;
  metrics: CacheMetrics;
  log: Logger;
}

/** A connection on which commands stay unanswered may be half open; a new one shows. */
const droppedWhenSilent = { socketTimeout: 2000, autoResendUnfulfilledCommands: false };

/** L2 in Redis. No two machines' clocks are compared: an entry's age follows from its PTTL. */
export class RedisTier implements Tier {
  private readonly prefix: string;
  private readonly lockMs: number;
  private readonly gate: Gate;
  private readonly redis: CacheScripts;
  private readonly subscriber: Redis;
  private readonly invalidations: Invalidations;

  constructor(options: RedisTierOptions) {
    const { url, prefix, lockMs = 5000, deadlineMs = 100, pauseMs = 1000, metrics } = options;
    const log = options.log.child({ redis: 'cache' });
    const redis = withScripts(
      // Operations wait for the first connection, within their deadline.
      connectRedis(url, log, { ...droppedWhenSilent, enableOfflineQueue: true }),
    );
    const subscriber = connectRedis(url, log, droppedWhenSilent);
    const probe = () => redis.ping();
    const gate = new Gate({ deadlineMs, pauseMs, probe, failed: metrics.l2Error, log });
    this.prefix = prefix;
    this.lockMs = lockMs;
    this.gate = gate;
    this.redis = redis;
    this.subscriber = subscriber;
    this.invalidations = new Invalidations({ redis, subscriber, gate, prefix, log });
  }

  async look(id: string, tags: readonly string[]): Promise<Look> {
    const keys = this.keysOf(id, tags);
    const owner = randomUUID();
    const patience = performance.now() + this.lockMs;
    for (let waitMs = 5; ; waitMs = Math.min(2 * waitMs, 100)) {
      const asked = performance.now();
      const reply = await this.ask(keys, owner);
      if (!reply) return {};
      const entry = entryIn(reply, asked);
      const now = performance.now();
      const serves = entry !== undefined && now < entry.staleUntil;
      if (isLocked(reply) || (!serves && now > patience)) {
        return { entry, ticket: this.ticket(keys, owner, reply) };
      }
      if (serves) return { entry };
      await sleep(waitMs * (0.5 + Math.random() / 2));
    }
  }

  invalidate(tags: readonly string[]): Promise<void> {
    return this.invalidations.send(tags);
  }

  listen(listener: Listener): void {
    this.invalidations.listen(listener);
  }

  close(): void {
    this.gate.stop();
    this.invalidations.close();
    this.redis.disconnect();
    this.subscriber.disconnect();
  }

  private keysOf(id: string, tags: readonly string[]) {
    const names = [`entry:${id}`, `lock:${id}`, ...tags.map((tag) => `tag:${tag}`)];
    return names.map((name) => `${this.prefix}:${name}`);
  }

  private async ask(keys: string[], owner: string): Promise<LookReply | undefined> {
    if (!(await this.invalidations.catchUp())) return undefined;
    return this.gate.pass(
      () => this.redis.cacheLook(keys.length, ...keys, owner, this.lockMs, tagMs),
      // Nobody is left to load under a lock that comes late.
      (reply) => isLocked(reply) && this.ticket(keys, owner, reply).release(),
    );
  }

  private ticket(keys: string[], owner: string, [, , , , , versions, now]: LookReply): Ticket {
    const [, lock = ''] = keys;
    // Costs nobody a wait, and comes after what is under way: not through the gate.
    const release = () => {
      this.redis.cacheRelease(1, lock, `${versions} ${owner}`).catch(() => {});
    };
    return {
      release,
      keep: async (text, { freshMs, staleMs, goneMs }) => {
        const goneAt = Math.floor(now + goneMs);
        const [freshLeft, staleLeft] = [Math.ceil(goneMs - freshMs), Math.ceil(goneMs - staleMs)];
        const life = [goneAt, freshLeft, staleLeft];
        const kept = await this.gate.pass(() =>
          this.redis.cacheKeep(keys.length, ...keys, versions, owner, text, ...life),
        );
        if (kept === undefined) release();
        return kept !== 0;
      },
    };
  }
}

const isLocked = (reply: LookReply) => reply[4] === 1;

/** Times count from when Redis was asked, so that the way to it only shortens them. */
function entryIn([text, left, freshLeft, staleLeft]: LookReply, asked: number): Entry | undefined {
  if (text === null) return undefined;
  return {
    text,
    freshUntil: asked + left - Number(freshLeft),
    staleUntil: asked + left - Number(staleLeft),
    goneAt: asked + left,
  };
}
