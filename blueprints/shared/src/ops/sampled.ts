import type { Database } from '../database/database.ts';
import type { Statement } from '../database/statement.ts';

const maxAgeMs = 5000;

/** What a statement answers, asked at most every five seconds, however often it is scraped.
 *  Without a database there is no answer, and gauges keep what they had. */
export function sampled<Row extends object>(
  db: Database,
  statement: Statement<Row>,
): () => Promise<Row | undefined> {
  let sampledAt = Number.NEGATIVE_INFINITY;
  let sample: Promise<Row | undefined>;
  return () => {
    if (performance.now() - sampledAt >= maxAgeMs) {
      sampledAt = performance.now();
      sample = db.first(statement).catch(() => undefined);
    }
    return sample;
  };
}
