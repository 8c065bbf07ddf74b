import { endpoints } from './endpoints/index.ts';
import { createHub } from './events/create.ts';
import type { App, AppOptions } from './http/app.ts';
import { createJobService } from './jobs/create.ts';
import { createCache } from './modules/cache.ts';
import { createReads } from './modules/reads.ts';
import { deadLetters } from './routes/dead-letters.ts';
import { events } from './routes/events.ts';
import { jobTypes } from './routes/job-types.ts';
import { jobs } from './routes/jobs.ts';
import { usage } from './routes/usage.ts';
import { createServer } from './server.ts';
import { UsageReader } from './usage/reader.ts';

/** The public HTTP interface, not yet listening. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, db } = options;
  const app = await createServer(options);
  const cache = createCache(options);
  const { reads, close: closeReads } = createReads(options);
  app.addHook('onClose', async () => {
    await Promise.all([cache.close(), closeReads()]);
  });
  const service = createJobService(options, reads);
  await app.register(jobs, { jobs: service, pollAfterS: config.POLL_AFTER_S });
  await app.register(events, { jobs: service, hub: createHub(options) });
  await app.register(deadLetters, { jobs: service });
  await app.register(usage, {
    usage: new UsageReader(reads, cache),
    stalenessS: config.STALENESS_S,
  });
  await app.register(jobTypes);
  const resources = { config, db, reads, cache };
  for (const endpoint of endpoints) await app.register(endpoint, resources);
  return app;
}
