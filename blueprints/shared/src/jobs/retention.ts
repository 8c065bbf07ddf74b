import type { Database } from '../database/database.ts';
import type { LoopOptions } from '../loop.ts';
import { closeDays } from '../usage/statements.ts';
import { firstIdAt } from './ids.ts';
import { purgeGone, purgeJobs, purgeKeys } from './retention-statements.ts';

const batchSize = 500;
const dayMs = 86_400_000;

/** What a worker does so that nothing is kept for longer than it should be. */
export interface Retention {
  chores: LoopOptions[];
  close(): Promise<unknown>;
}

/** Deletes a small batch of what is past its time. Answers whether there may be more. */
export async function purge(
  db: Database,
  retentionDays: number,
  purgeOldJobs = purgeJobs,
): Promise<boolean> {
  const before = new Date(Date.now() - retentionDays * dayMs);
  await db.query(closeDays, [before]);
  const values = [firstIdAt(before), before, batchSize];
  const jobs = await db.query(purgeOldJobs, values);
  const gone = await db.query(purgeGone, [before, batchSize]);
  const keys = await db.query(purgeKeys, [batchSize]);
  return [...jobs, ...gone, ...keys].some(({ count }) => count === batchSize);
}
