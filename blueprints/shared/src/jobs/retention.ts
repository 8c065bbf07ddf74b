import type { Database } from '../database/database.ts';
import { purgeGone, purgeJobs, purgeKeys } from './retention-statements.ts';

const batchSize = 500;
const dayMs = 86_400_000;

/** Deletes a small batch of what is past its time. Answers whether there may be more. */
export async function purge(db: Database, retentionDays: number): Promise<boolean> {
  const before = new Date(Date.now() - retentionDays * dayMs);
  const values = [firstIdAt(before), before, batchSize];
  const jobs = await db.query(purgeJobs, values);
  const gone = await db.query(purgeGone, [before, batchSize]);
  const keys = await db.query(purgeKeys, [batchSize]);
  return [...jobs, ...gone, ...keys].some(({ count }) => count === batchSize);
}

/** The lowest UUIDv7 of a moment. */
function firstIdAt(moment: Date) {
  const ms = moment.getTime().toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`;
}
