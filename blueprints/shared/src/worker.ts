import { createWorker } from './modules/worker.ts';
import { runProcess } from './process.ts';

await runProcess({
  name: 'worker',
  poolSize: (config) => config.WORKER_POOL,
  create: createWorker,
});
