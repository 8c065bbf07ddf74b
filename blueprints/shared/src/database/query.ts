import { createHash } from 'node:crypto';
import type pg from 'pg';

/** Runs a statement under a name of its own, so that Postgres plans it once a connection. The name
 *  is drawn from the text: with a pooler, two releases may share a server connection. */
export async function query<Row extends pg.QueryResultRow>(
  db: pg.Pool | pg.ClientBase,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const result = await db.query<Row>({ name: nameOf(text), text, values });
  return result.rows;
}

const names = new Map<string, string>();

function nameOf(text: string) {
  let name = names.get(text);
  if (!name) {
    name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    names.set(text, name);
  }
  return name;
}
