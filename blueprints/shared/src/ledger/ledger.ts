import { type DomainEvent, readAs } from '../bus/consumer/message.ts';
import type { Outcome } from '../bus/consumer/subscription.ts';
import { Coalescer } from '../coalesce.ts';
import type { Database } from '../database/database.ts';
import { traceStatement } from '../database/tracing.ts';
import { isExhausted, isUnavailable } from '../database/unavailable.ts';
import { type Ending, endedJob } from './event.ts';
import * as statements from './statements.ts';

/** What an event adds to its tenant's month. */
interface Entry {
  id: string;
  tenant: string;
  ending: Ending;
  at: string;
  took_ms: number;
}

export interface Booked {
  id: string;
}

/** What ended in a month (UTC). A job that died, was replayed and succeeded has ended twice. */
export interface Month {
  tenant: string;
  month: string;
  succeeded: number;
  dead: number;
  cancelled: number;
  /** From their first start to their end, of all of them; of those that never started nothing. */
  took_ms: number;
}

const purgedAtOnce = 500;
const dayMs = 86_400_000;

/** The worked second service: counts what ended, per tenant and month, each event once however often
 *  it comes. It reads events and its own tables, and nothing else of the first service's. */
export class Ledger {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  private readonly bookings = new Coalescer<Entry, Outcome>({
    maxItems: 200,
    separable: (error) => !isUnavailable(error),
    shared: isExhausted,
    run: async (entries) => {
      const rows = await this.db.query(statements.book, columnsOf(entries));
      const fresh = new Set(rows.map(({ id }) => id));
      // Of two that came in one batch the first was new.
      return entries.map(({ id }) => (fresh.delete(id) ? 'handled' : 'duplicate'));
    },
  });

  /** Throws UnreadableError. */
  async book(event: DomainEvent): Promise<Outcome> {
    return traceStatement(statements.book, this.bookings.submit(entryOf(event)));
  }

  /** The newest months of a tenant. */
  months(tenant: string, limit = 12): Promise<Month[]> {
    return this.db.query(statements.monthsOf, [tenant, limit]);
  }

  /** Forgets a batch of events that were handled so many days ago. Answers whether there may be more. */
  async purge(days: number): Promise<boolean> {
    const before = new Date(Date.now() - days * dayMs);
    const row = await this.db.first(statements.purgeInbox, [before, purgedAtOnce]);
    return row?.count === purgedAtOnce;
  }
}

function entryOf({ id, tenant, data }: DomainEvent): Entry {
  const { status, started_at, finished_at } = readAs(endedJob, data);
  const took_ms = started_at === null ? 0 : Date.parse(finished_at) - Date.parse(started_at);
  return { id, tenant, ending: status, at: finished_at, took_ms };
}

const columnsOf = (entries: Entry[]) => [
  entries.map(({ id }) => id),
  entries.map(({ tenant }) => tenant),
  entries.map(({ ending }) => ending),
  entries.map(({ at }) => at),
  entries.map(({ took_ms }) => took_ms),
];
