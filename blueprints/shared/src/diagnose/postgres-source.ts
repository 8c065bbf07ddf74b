import type { Observer, PlanNode } from '../database/observer.ts';
import { depths } from '../ops/statements.ts';
import type { Scan } from './readings.ts';
import type { PostgresLook } from './snapshot.ts';
import * as own from './statements.ts';

/** Of how many statements that took most time the texts are read. */
const slowest = 20;

export async function lookAtPostgres(
  observer: Observer,
  unread: (what: string) => void,
): Promise<PostgresLook> {
  const [server] = await observer.query(own.server);
  const [locks] = await observer.query(own.waitingForLocks);
  if (!server || !locks) throw new Error('Postgres tells nothing of this database');
  const [queue] = await observer.query(depths).catch((error) => {
    unread(`The queue's depth: ${error.message}`);
    return [];
  });
  return {
    server,
    locks,
    tables: await observer.query(own.tables),
    queue,
    statements: server.statistics ? await readStatistics(observer, unread) : noStatistics(unread),
  };
}

async function readStatistics(observer: Observer, unread: (what: string) => void) {
  try {
    return await observer.query(own.statementUse);
  } catch (error) {
    unread(
      `pg_stat_statements: ${(error as Error).message}. It needs shared_preload_libraries = ` +
        "'pg_stat_statements' and a restart of Postgres.",
    );
    return undefined;
  }
}

function noStatistics(unread: (what: string) => void) {
  unread(
    'pg_stat_statements is not installed, so only statements of this service are judged. ' +
      "Set shared_preload_libraries = 'pg_stat_statements', restart Postgres, and as its " +
      'superuser: CREATE EXTENSION pg_stat_statements (npm run migrate does it where its role may).',
  );
  return undefined;
}

/** Texts of the statements that took most time, by id. */
export async function slowestTexts(
  observer: Observer,
  use: own.StatementUse[],
): Promise<Map<string, string>> {
  if (use.length === 0) return new Map();
  const most = use.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowest);
  const texts = await observer.query(own.statementTexts, [most.map(({ id }) => id)]);
  return new Map(texts.map(({ id, text }) => [id, text]));
}

/** The sequential scans of a statement's plan; none when it cannot be planned: it is no query, its
 *  text was cut off, or a table is locked or gone. */
export async function scansOf(observer: Observer, text: string): Promise<Scan[]> {
  try {
    return scansIn(await observer.explain(text));
  } catch {
    return [];
  }
}

function scansIn(node: PlanNode): Scan[] {
  const below = (node.Plans ?? []).flatMap(scansIn);
  const { 'Node Type': type, 'Relation Name': table, Filter: filter } = node;
  return type === 'Seq Scan' && table ? [{ table, filter }, ...below] : below;
}
