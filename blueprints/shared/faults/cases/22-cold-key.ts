import type { FaultCase } from '../case.ts';
import { redisOf } from '../queue.ts';

const readers = 1000;

export default {
  number: 22,
  title: `cold key, ${readers} readers × 2 processes`,
  seeds: 3,
  async run(world) {
    const redis = redisOf(world.proxies);
    const settings = { CACHE_REDIS_URL: redis.url, CACHE_PREFIX: world.queue, STALENESS_S: '60' };
    const apis = await Promise.all([world.startApi(settings), world.startApi(settings)]);
    // Their caller is known, and a network gives the readers time to come while nobody has it.
    for (const api of apis) await api.ask('/v1/jobs');
    redis.slow({ latencyMs: world.random.int(0, 5) });
    const answers = await Promise.all(
      apis.flatMap((api) => Array.from({ length: readers }, () => api.ask('/v1/usage'))),
    );
    const good = answers.filter(({ status }) => status === 200);
    const others = answers.filter(({ status }) => ![200, 429, 503].includes(status));
    world.figures.note('answers', good.length);
    world.figures.exactly('neither_200_nor_refused', others.length, 0);
    world.figures.exactly('bodies', new Set(good.map(({ text }) => text)).size, 1);
    const sum = async (metric: string) => {
      const counts = await Promise.all(apis.map(({ process }) => process.metric(metric)));
      return counts.reduce((total, count) => total + count, 0);
    };
    // A process that the shared tier does not answer in time loads by itself.
    const late = await sum('cache_l2_errors_total');
    world.figures.note('late_answers_of_redis', late);
    world.figures.atMost('loads', await sum('cache_loads_total'), late === 0 ? 1 : apis.length);
  },
} satisfies FaultCase;
