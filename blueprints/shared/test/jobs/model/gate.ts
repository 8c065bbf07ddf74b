import type pg from 'pg';

const waiting = `SELECT count(*)::int FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** Of two calls of one store, the second may wait for the first and never for a lock. */
const mostLooks = 20;

/** Does all at once, with every job locked until each has looked and waits, so that none sees what
 *  another writes before it begins. What skips locked rows does not wait. */
export async function behindGate<T>(pool: pg.Pool, acts: (() => Promise<T>)[]): Promise<T[]> {
  const gate = await pool.connect();
  try {
    await gate.query('BEGIN');
    await gate.query('SELECT FROM jobs FOR UPDATE');
    let done = 0;
    const results = Promise.allSettled(acts.map((act) => act().finally(() => (done += 1))));
    for (let looks = 0; looks < mostLooks; looks += 1) {
      const { rows } = await pool.query<{ count: number }>(waiting);
      if (done + (rows[0]?.count ?? 0) >= acts.length) break;
    }
    await gate.query('COMMIT');
    return (await results).map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  } finally {
    gate.release();
  }
}
