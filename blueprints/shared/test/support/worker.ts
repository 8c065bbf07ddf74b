import { Registry } from 'prom-client';
import { z } from 'zod';
import { Leases } from '../../src/jobs/leases.ts';
import type { Run } from '../../src/jobs/model.ts';
import { Runner } from '../../src/jobs/runner.ts';
import { JobStore } from '../../src/jobs/store.ts';
import { type Context, defineHandler, defineType } from '../../src/jobs/type.ts';
import { startLoop } from '../../src/loop.ts';
import { jobMetrics } from '../../src/ops/metrics.ts';
import type { TestDatabase } from './database.ts';
import { silent } from './log.ts';

const echo = (deadlineMs: number) =>
  defineType({
    name: 'echo',
    description: 'Does what the test wants',
    input: z.strictObject({ text: z.string() }),
    result: z.object({ text: z.string() }),
    deadlineMs,
  });

/** What a worker has in it, without a transport: the test hands it its messages. */
export function testWorker(
  database: TestDatabase,
  work: (text: string, c: Context) => unknown,
  deadlineMs = 30_000,
) {
  const store = new JobStore(database.db, { leaseS: 30, backoffMs: 1 });
  const leases = new Leases(store, 30, silent, 20);
  const handler = defineHandler(echo(deadlineMs), async ({ text }, context) => ({
    text: (await work(text, context)) as string,
  }));
  const metrics = jobMetrics(new Registry(), []);
  const runner = new Runner({ store, leases, handlers: [handler], metrics, slots: 1, log: silent });
  const stop = startLoop(leases.loop, silent);
  const run = async (message: Run) => {
    await runner.run(message);
    await runner.settled();
  };
  return { store, leases, runner, run, [Symbol.asyncDispose]: stop };
}
