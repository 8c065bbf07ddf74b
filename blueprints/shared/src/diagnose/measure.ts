import { glob } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Observer } from '../database/observer.ts';
import { between } from './between.ts';
import { declaredPlans, lookAtPostgres, scansOf, slowestTexts } from './postgres-source.ts';
import { lookAtProcesses } from './processes.ts';
import type { Expected, Readings } from './readings.ts';
import type { RedisSource } from './redis-look.ts';
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
    // First of all, so that the looks themselves are no farther apart than asked for.
    const declared = observer ? await declaredPlans(observer) : [];
    const before = await look(sources, observer, note);
    await sleep(sources.seconds * 1000);
    const after = await look(sources, observer, note);
    const texts = observer ? await ranBetween(observer, before, after) : new Map();
    const { expected } = sources;
    return between({ before, after, expected, declared, texts, unread: [...unread] });
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

/** Texts and plans of what took most time between the looks. */
async function ranBetween(observer: Observer, before: Snapshot, after: Snapshot) {
  const then = new Map(before.postgres?.statements?.map((one) => [one.id, one]));
  if (!after.postgres?.statements) return new Map();
  const use = after.postgres.statements.map(({ id, calls, seconds }) => ({
    id,
    calls: calls - (then.get(id)?.calls ?? 0),
    seconds: seconds - (then.get(id)?.seconds ?? 0),
  }));
  const texts = await slowestTexts(
    observer,
    use.filter(({ calls }) => calls > 0),
  );
  const planned: [string, { text: string; scans: Awaited<ReturnType<typeof scansOf>> }][] = [];
  for (const [id, text] of texts)
    planned.push([id, { text, scans: await scansOf(observer, text) }]);
  return new Map(planned);
}

/** Every statement is declared in a module of this name. */
async function loadStatements(): Promise<void> {
  const source = path.resolve(import.meta.dirname, '..');
  for await (const file of glob('**/*statements.{ts,js}', { cwd: source })) {
    await import(pathToFileURL(path.join(source, file)).href);
  }
}
