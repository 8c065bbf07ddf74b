import type { Redis, Result } from 'ioredis';
import type { Logger } from '../logger.ts';
import { connectRedis } from '../redis/connection.ts';
import type { Lease, RatePolicy, TokenSource } from './tokens.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    leaseTokens(
      key: string,
      rps: number,
      burst: number,
      wanted: number,
    ): Result<[granted: number, left: string], Context>;
  }
}

// By Redis' own clock. A bucket that has had the time to fill up is as good as none: it expires.
const script = `
  local rps, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local time = redis.call('TIME')
  local now = time[1] + time[2] / 1000000
  local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
  local tokens = burst
  if bucket[1] then
    tokens = math.min(burst, bucket[1] + math.max(0, now - bucket[2]) * rps)
  end
  local granted = math.min(wanted, math.floor(tokens))
  tokens = tokens - granted
  redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rps * 1000) + 1000)
  return { granted, tostring(tokens) }`;

/** Buckets in Redis. Without Redis a lease fails at once. */
export class RedisTokens implements TokenSource {
  private readonly redis: Redis;
  private readonly service: string;
  readonly policy: RatePolicy;

  /** Services that share a Redis tell their buckets apart by their name. */
  constructor(url: string, service: string, policy: RatePolicy, log: Logger) {
    this.redis = connectRedis(url, log);
    this.redis.defineCommand('leaseTokens', { numberOfKeys: 1, lua: script });
    this.service = service;
    this.policy = policy;
  }

  async lease(tenant: string, wanted: number): Promise<Lease> {
    const { rps, burst } = this.policy;
    const key = `${this.service}:rate:${tenant}`;
    const [granted, left] = await this.redis.leaseTokens(key, rps, burst, wanted);
    return { granted, left: Number(left) };
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }
}
