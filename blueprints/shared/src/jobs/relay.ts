import type pg from 'pg';
import { query } from '../database/query.ts';
import type { Logger } from '../logger.ts';
import type { Message } from './model.ts';
import { outboxStatements } from './outbox-statements.ts';
import type { Transport } from './transport.ts';

const batchSize = 500;

/** Publishes what is due; any number may run at once. Answers whether there may be more. */
export async function relay(pool: pg.Pool, transport: Transport, log: Logger): Promise<boolean> {
  if (!transport.available) return false;
  const messages = await query<Message & pg.QueryResultRow>(pool, outboxStatements.take, [
    batchSize,
  ]);
  if (messages.length === 0) return false;
  try {
    await transport.publish(messages);
  } catch (error) {
    log.warn({ err: error, count: messages.length }, 'not published; back into the outbox');
    // If this fails as well, the sweeper finds that the broker does not have them.
    await putBack(pool, messages);
    return false;
  }
  return messages.length === batchSize;
}

export async function putBack(pool: pg.Pool, runs: { id: string; run: number }[]): Promise<void> {
  const values = [runs.map(({ id }) => id), runs.map(({ run }) => run)];
  await query(pool, outboxStatements.putBack, values);
}
