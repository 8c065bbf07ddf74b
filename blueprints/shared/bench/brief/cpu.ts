import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { promisify } from 'node:util';
import { percentile } from '../../faults/figures.ts';
import type { ServiceProcess } from '../../faults/process.ts';
import type { World } from '../../faults/world.ts';

const run = promisify(execFile);
const tickMs = 10; // of /proc's clocks: USER_HZ is 100 wherever Node runs

/** CPU seconds so far. */
export type Clock = () => Promise<number>;

export const clockOf =
  (process: ServiceProcess): Clock =>
  () =>
    process.metric('process_cpu_seconds_total');

const documents = JSON.stringify(
  Array.from({ length: 20 }, (_, number) => ({
    id: `job-${number}`,
    type: 'summarize',
    status: 'succeeded',
    created_at: '2026-11-01T00:00:00Z',
    result: { text: 'word '.repeat(10) },
  })),
);

/** Rounds a second that one core manages of what requests are made of: a list of documents is read,
 *  written and signed. */
export function coreSpeed(): number {
  const perSecond = Array.from({ length: 10 }, () => {
    const started = performance.now();
    let rounds = 0;
    while (performance.now() < started + 200) {
      const text = JSON.stringify(JSON.parse(documents));
      createHmac('sha256', 'key').update(text).digest('hex');
      rounds += 1;
    }
    return (rounds * 1000) / (performance.now() - started);
  });
  return percentile(perSecond, 0.5);
}

/** What is measured gets the first core to itself, what loads it the others. Does nothing where there
 *  is no taskset, or one core. */
export async function pin(pid: number, role: 'measured' | 'other'): Promise<void> {
  const cores = cpus().length; // also those that this process itself was kept from
  if (cores < 2) return;
  const list = role === 'measured' ? '0' : `1-${cores - 1}`;
  await run('taskset', ['-acp', list, String(pid)]).catch(() => {});
}

interface Stat {
  parent: number;
  seconds: number;
}

/** Times of a process, those of its ended children included. */
async function stat(pid: number | string): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (!text) return undefined;
  // The name of the program, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), seconds: (ticks * tickMs) / 1000 };
}

/** All of Postgres, if it runs on this machine and is to be seen. */
export async function postgresClock(world: World): Promise<Clock | undefined> {
  const { rows } = await world.pool.query<{ pid: number; name: string }>(
    'SELECT pg_backend_pid() AS pid, current_database() AS name',
  );
  const { pid = 0, name = '' } = rows[0] ?? {};
  // In a container it has other ids, and the one it told may be anybody's here.
  const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const backend =
    title.startsWith('postgres') && title.includes(name) ? await stat(pid) : undefined;
  if (!backend) return undefined;
  const server = backend.parent;
  return async () => {
    const ids = (await readdir('/proc')).filter((id) => /^\d+$/.test(id));
    const stats = await Promise.all(ids.map(stat));
    const own = await stat(server);
    const children = stats.filter((one) => one?.parent === server);
    return [own, ...children].reduce((sum, one) => sum + (one?.seconds ?? 0), 0);
  };
}
