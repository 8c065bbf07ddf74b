import type { Database } from '../database/database.ts';
import type { Logger } from '../logger.ts';
import { closeDays } from '../usage/statements.ts';
import { firstIdAt } from './ids.ts';
import * as statements from './partition-statements.ts';

/** How many months are there before they begin, so that nobody has to hurry. */
const monthsAhead = 3;
const batchSize = 500;
const dayMs = 86_400_000;

/** The first moment of a month, so many after that of a date. */
const monthOf = (date: Date, after: number) =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + after));
const dayOf = (date: Date) => date.toISOString().slice(0, 10);

/** Keeps a partition for each month to come, and drops those whose jobs are all past the retention.
 *  Any number may run at once. Answers whether there is more to do. */
export async function keepMonths(
  db: Database,
  { retentionDays, now = new Date() }: { retentionDays: number; now?: Date },
  log: Logger,
): Promise<boolean> {
  return (await createMonths(db, now, log)) || (await dropMonths(db, now, retentionDays, log));
}

async function createMonths(db: Database, now: Date, log: Logger) {
  for (let after = 1; after <= monthsAhead; after += 1) {
    const [first, next] = [monthOf(now, after), monthOf(now, after + 1)];
    const values = [dayOf(first), firstIdAt(first), firstIdAt(next)];
    const step = await db.first(statements.createMonth, values);
    if (step?.taken) {
      log.info({ month: dayOf(first) }, 'a step towards the partitions of a month');
      return true;
    }
  }
  return false;
}

async function dropMonths(db: Database, now: Date, retentionDays: number, log: Logger) {
  await db.query(statements.closeMonths, [dayOf(monthOf(now, 0)), now]);
  const before = new Date(now.getTime() - retentionDays * dayMs);
  await db.query(closeDays, [before]);
  let more = false;
  for (const { month, first_id, next_id } of await db.query(statements.pastMonths, [before])) {
    const leftovers = await db.first(statements.purgeLeftovers, [
      first_id,
      next_id,
      before,
      batchSize,
    ]);
    if (leftovers?.count) {
      more = true;
      continue;
    }
    const drop = await db.first(statements.dropMonth, [month, before]);
    if (drop?.dropped) log.info({ month }, 'dropped the partitions of a month');
  }
  return more;
}
