import { glob } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Observer } from '../database/observer.ts';
import { declaredStatements } from '../database/statement.ts';
import { between, useBetween } from './between.ts';
import { lookAtPostgres, scansOf, slowestTexts } from './postgres-source.ts';
import { lookAtProcesses } from './processes.ts';
import type { Expected, Readings } from './readings.ts';
import type { RedisSource } from './redis-look.ts';
import { isScanned } from './rules/missing-index.ts';
import type { Snapshot } from './snapshot.ts';

export interface Sources {
  /** Postgres past any pooler. */
  databaseUrl: string;
  /** Operations ports. */
  ops: string[];
  redis: RedisSource[];
  expected: Expected;
  /** Between the two looks. */
  seconds: number;
}

/** Looks twice and says what happened in between. Reads only; what could not be read is named. */
export async function measure(sources: Sources): Promise<Readings> {
  const unread = new Set<string>();
  const note = (what: string) => unread.add(what);
  const observer = await Observer.connect(sources.databaseUrl).catch((error) => {
    note(`Postgres at DATABASE_URL: ${error.message || error.code}`);
    return undefined;
  });
  try {
    await loadStatements();
    const before = await look(sources, observer, note);
    await sleep(sources.seconds * 1000);
    const after = await look(sources, observer, note);
    const texts = observer ? await textsBetween(observer, before, after, note) : new Map();
    const declared = new Map([...declaredStatements()].map(([name, { text }]) => [name, text]));
    const { expected } = sources;
    const looks = { before, after, expected, declared, texts, unread: [...unread] };
    const readings = between(looks);
    if (observer) await explainScans(observer, readings);
    return readings;
  } finally {
    await observer?.close().catch(() => {});
    for (const { close } of sources.redis) close();
  }
}

async function look(
  { ops, redis }: Sources,
  observer: Observer | undefined,
  note: (what: string) => void,
): Promise<Snapshot> {
  const [processes, postgres, ...redisLooks] = await Promise.all([
    lookAtProcesses(ops, note),
    observer
      ? lookAtPostgres(observer, note).catch((error) => {
          note(`Postgres: ${error.message}`);
          return undefined;
        })
      : undefined,
    ...redis.map(({ name, look }) =>
      look().catch((error) => {
        note(`Redis at ${name}: ${error.message}`);
        return undefined;
      }),
    ),
  ]);
  const seen = redisLooks.filter((one) => one !== undefined);
  return { at: performance.now(), postgres, processes, redis: seen };
}

async function textsBetween(
  observer: Observer,
  before: Snapshot,
  after: Snapshot,
  note: (what: string) => void,
): Promise<Map<string, string>> {
  if (!before.postgres || !after.postgres) return new Map();
  try {
    return await slowestTexts(observer, useBetween(before.postgres, after.postgres));
  } catch (error) {
    note(`The texts of pg_stat_statements: ${(error as Error).message}`);
    return new Map();
  }
}

/** Who reads a table from end to end, when one is: plans tell. */
async function explainScans(observer: Observer, { postgres }: Readings): Promise<void> {
  if (!postgres?.tables.some(isScanned)) return;
  for (const statement of postgres.statements) {
    statement.scans = await scansOf(observer, statement.text);
  }
}

/** Every statement is declared in a module of this name. */
async function loadStatements(): Promise<void> {
  const source = path.resolve(import.meta.dirname, '..');
  for await (const file of glob('**/*statements.{ts,js}', { cwd: source })) {
    await import(pathToFileURL(path.join(source, file)).href);
  }
}
