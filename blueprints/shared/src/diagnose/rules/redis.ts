import { duration, number, percent } from '../figures.ts';
import { type Finding, type Rule, worst } from '../finding.ts';
import type { RedisReading } from '../readings.ts';
import { thresholds } from '../thresholds.ts';

/** A Redis is slow, or the queue's is nearly full. */
export const redis: Rule = {
  cause: 'redis',
  explains: ['workers', 'cold-cache'],
  find: ({ redis, seconds }) => worst(redis.flatMap((reading) => judge(reading, seconds))),
};

function judge({ name, pingSeconds, usedBytes, maxBytes, evicted }: RedisReading, seconds: number) {
  const findings: Finding[] = [];
  const full = maxBytes === 0 ? 0 : usedBytes / maxBytes;
  const say = { measure: ['redis-cli --latency; redis-cli INFO memory'] };
  if (pingSeconds * 1000 >= thresholds.redisPingMs) {
    findings.push({
      ...say,
      severity: 1 - thresholds.redisPingMs / 1000 / (2 * pingSeconds),
      title: `The Redis at ${name} is slow: ${duration(pingSeconds)} for a PING`,
      evidence: [`PING took ${duration(pingSeconds)} at best of both looks`],
      quickWins: ['redis-cli SLOWLOG GET 10; KEYS and large Lua scripts of others block it'],
      structural: ['A Redis of its own for the queue, in the same zone'],
    });
  }
  if (name === 'REDIS_URL' && full >= thresholds.redisMemory) {
    findings.push({
      ...say,
      severity: Math.min(1, full),
      title: `The Redis at ${name} is nearly full`,
      evidence: [
        `${number(usedBytes / 2 ** 20)} of ${number(maxBytes / 2 ** 20)} MiB (${percent(full)}); ${number(evicted / seconds)} keys/s evicted`,
      ],
      quickWins: ['Raise maxmemory; jobs wait in Postgres meanwhile, and none is lost'],
      structural: ['A Redis of its own for the queue; the cache in another'],
    });
  }
  return findings;
}
