import type { Database } from '../../database/database.ts';
import type { Logger } from '../../logger.ts';
import type { Run } from '../model.ts';
import type { Broker } from './broker.ts';
import * as statements from './statements.ts';

const batchSize = 500;

/** Publishes what is due; any number may run at once. Answers whether there may be more. */
export async function relay(db: Database, broker: Broker, log: Logger): Promise<boolean> {
  if (!broker.available) return false;
  const messages = await db.query(statements.take, [batchSize]);
  if (messages.length === 0) return false;
  try {
    await broker.publish(messages);
  } catch (error) {
    log.warn({ err: error, count: messages.length }, 'not published; back into the outbox');
    // If this fails as well, the sweeper finds that the broker does not have them.
    await putBack(db, messages);
    return false;
  }
  return messages.length === batchSize;
}

export async function putBack(db: Database, runs: Run[]): Promise<void> {
  const values = [runs.map(({ id }) => id), runs.map(({ run }) => run)];
  await db.query(statements.putBack, values);
}
