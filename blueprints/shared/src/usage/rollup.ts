import type { Database } from '../database/database.ts';
import { rollUp as statement } from './statements.ts';

const batchSize = 1000;

/** Adds a batch of what jobs left at their end to its days. Answers whether there may be more. */
export async function rollUp(db: Database): Promise<boolean> {
  const [taken] = await db.query(statement, [batchSize]);
  return taken?.count === batchSize;
}
