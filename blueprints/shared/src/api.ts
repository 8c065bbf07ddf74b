import { createApp } from './app.ts';
import { createTokens } from './modules/tokens.ts';
import { runProcess } from './process.ts';

/** Time kept at the end of the grace, when who has not taken an answer is cut off. */
const cutMs = 1000;

await runProcess({
  name: 'api',
  poolSize: (config) => config.API_POOL,
  create: async (base) => {
    const tokens = createTokens(base);
    const app = await createApp({ ...base, tokens, draining: () => base.readiness.draining });
    const { PORT: port, HOST: host, SHUTDOWN_GRACE_S, SHUTDOWN_DRAIN_MS } = base.config;
    return {
      listen: () => app.listen({ port, host }),
      async stop() {
        const graceMs = SHUTDOWN_GRACE_S * 1000 - SHUTDOWN_DRAIN_MS - cutMs;
        const cut = setTimeout(() => app.server.closeAllConnections(), Math.max(0, graceMs));
        await app.close();
        clearTimeout(cut);
        await tokens.close();
      },
    };
  },
});
