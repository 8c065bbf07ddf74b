import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { Cache } from '../../src/cache/cache.ts';
import { cacheMetrics } from '../../src/cache/metrics.ts';
import { RedisTier } from '../../src/cache/redis/tier.ts';
import { silent } from './log.ts';

// A process with 1,000 readers of one key, who all come when the test says go.
const url = process.env.CACHE_REDIS_URL ?? '';
const prefix = process.env.CACHE_PREFIX ?? '';
const redis = new Redis(url);
const metrics = cacheMetrics(new Registry());
const l2 = new RedisTier({ url, prefix, deadlineMs: 5000, metrics, log: silent });
const l1 = { maxBytes: 1 << 20 };
const cache = new Cache({ stalenessMs: 60_000, l1, l2, metrics, log: silent });

const go = new Redis(url);
await go.subscribe(`${prefix}:go`);
const said = new Promise((resolve) => go.once('message', resolve));
await redis.rpush(`${prefix}:ready`, process.pid);
await said;
const load = async () => {
  const loads = await redis.incr(`${prefix}:loads`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return loads;
};
const read = () => cache.get({ tenant: 't1', key: 'cold in processes', tags: ['jobs'] }, load);
const answers = await Promise.all(Array.from({ length: 1000 }, read));
console.log(`${answers.filter((answer) => answer === 1).length} answers`);
l2.close();
redis.disconnect();
go.disconnect();
