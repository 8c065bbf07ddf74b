import { createApp } from './app.ts';
import { RedisTokens } from './backpressure/redis-tokens.ts';
import { runProcess } from './process.ts';

await runProcess({
  name: 'api',
  poolSize: (config) => config.API_POOL,
  create: async (base) => {
    const { PORT: port, HOST: host, RATE_LIMIT_RPS: rps, RATE_LIMIT_BURST: burst } = base.config;
    const { REDIS_URL, QUEUE_NAME } = base.config;
    const tokens = new RedisTokens(REDIS_URL, QUEUE_NAME, { rps, burst }, base.log);
    const app = await createApp({ ...base, tokens, draining: () => base.readiness.draining });
    const stop = async () => {
      await app.close();
      await tokens.close();
    };
    return { listen: () => app.listen({ port, host }), stop };
  },
});
