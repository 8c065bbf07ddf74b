import { readProcess } from './process-reading.ts';
import type { Expected, PostgresReading, Readings, StatementReading } from './readings.ts';
import type { PostgresLook, Snapshot } from './snapshot.ts';
import type { StatementUse } from './statements.ts';

export interface Looks {
  before: Snapshot;
  after: Snapshot;
  expected: Expected;
  /** Texts of the service's statements, by their names. */
  declared: Map<string, string>;
  /** Texts of those in pg_stat_statements that took most time, by id. */
  texts: Map<string, string>;
  unread: string[];
}

/** What happened between two looks. */
export function between({ before, after, expected, declared, texts, unread }: Looks): Readings {
  const seconds = (after.at - before.at) / 1000;
  const notes = [...unread];
  const processes = [...after.processes].flatMap(([url, now]) => {
    const then = before.processes.get(url);
    if (!then) return [];
    const started = (look: typeof now) => look.sum('process_start_time_seconds');
    if (started(now) === started(then)) return [readProcess(url, then, now, seconds)];
    notes.push(`${url} was started again between the two looks.`);
    return [];
  });
  return {
    seconds,
    expected,
    processes,
    postgres:
      before.postgres && after.postgres
        ? readPostgres(before.postgres, after.postgres, { declared, texts, processes })
        : undefined,
    redis: after.redis.flatMap((now) => {
      const then = before.redis.find(({ name }) => name === now.name);
      if (!then) return [];
      const pingSeconds = Math.min(now.pingSeconds, then.pingSeconds);
      return [{ ...now, pingSeconds, evicted: now.evicted - then.evicted }];
    }),
    unread: [...new Set([...notes, ...kindsUnread(processes)])],
  };
}

function kindsUnread(processes: Readings['processes']): string[] {
  const missing: string[] = [];
  if (!processes.some(({ requests }) => requests)) {
    missing.push('No api process was read: requests and caches are not judged. See --ops.');
  }
  if (!processes.some(({ worker }) => worker)) {
    missing.push('No worker was read: slots and the AI API are not judged. See --ops.');
  }
  return missing;
}

function readPostgres(
  before: PostgresLook,
  after: PostgresLook,
  { declared, texts, processes }: Pick<Looks, 'declared' | 'texts'> & Pick<Readings, 'processes'>,
): PostgresReading {
  return {
    server: after.server,
    blocks: {
      hit: after.server.blocks_hit - before.server.blocks_hit,
      read: after.server.blocks_read - before.server.blocks_read,
    },
    locks: [before.locks, after.locks],
    queue: before.queue && after.queue ? [before.queue, after.queue] : undefined,
    tables: after.tables.map(({ table, rows, scans, scanned }) => {
      const then = before.tables.find((one) => one.table === table);
      return {
        table,
        rows,
        scans: scans - (then?.scans ?? 0),
        scanned: scanned - (then?.scanned ?? 0),
      };
    }),
    statements: statementsBetween(before, after, { declared, texts, processes }),
  };
}

/** Those of pg_stat_statements, whoever called them, under their declared names where their texts
 *  are the same; and what else of the declared the processes called, or may have called. */
function statementsBetween(
  before: PostgresLook,
  after: PostgresLook,
  { declared, texts, processes }: Pick<Looks, 'declared' | 'texts'> & Pick<Readings, 'processes'>,
): StatementReading[] {
  const names = new Map([...declared].map(([name, text]) => [text.trim(), name]));
  const inPostgres = useBetween(before, after).flatMap(({ id, calls, seconds }) => {
    const text = texts.get(id);
    if (text === undefined) return [];
    const name = names.get(text.trim()) ?? text;
    return [{ name, text, calls, serverSeconds: seconds, scans: [] }];
  });
  const seen = new Set(inPostgres.map(({ name }) => name));
  const others = [...declared].flatMap(([name, text]) => {
    const calls = processes.reduce((sum, one) => sum + (one.statements.get(name)?.calls ?? 0), 0);
    if (seen.has(name) || (calls === 0 && processes.length > 0)) return [];
    return [{ name, text, calls, serverSeconds: undefined, scans: [] }];
  });
  return [...inPostgres, ...others];
}

/** What ran in Postgres between two looks, by pg_stat_statements. */
export function useBetween(before: PostgresLook, after: PostgresLook): StatementUse[] {
  const then = new Map(before.statements?.map((one) => [one.id, one]));
  return (after.statements ?? [])
    .map(({ id, calls, seconds }) => ({
      id,
      calls: calls - (then.get(id)?.calls ?? 0),
      seconds: seconds - (then.get(id)?.seconds ?? 0),
    }))
    .filter(({ calls }) => calls > 0);
}
