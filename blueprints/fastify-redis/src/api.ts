import { createApp } from './app.ts';
import { runProcess } from './process.ts';

await runProcess({
  name: 'api',
  poolSize: (config) => config.API_POOL,
  create: async (base) => {
    const app = await createApp({ ...base, draining: () => base.readiness.draining });
    const { PORT: port, HOST: host } = base.config;
    return { listen: () => app.listen({ port, host }), stop: () => app.close() };
  },
});
