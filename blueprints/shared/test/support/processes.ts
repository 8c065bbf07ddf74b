import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll } from 'vitest';
import { freePort } from '../../src/dev/ports.ts';
import { runnable } from '../../src/modules/build.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface Started {
  child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  ended: Promise<number | NodeJS.Signals>;
}

/** Starts processes of the service as they run in production; none outlives the file. */
export function processes(): (script: string, env: NodeJS.ProcessEnv, args?: string[]) => Started {
  const running = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });
  return (script, env, args = []) => {
    const file = script.startsWith('src/') ? runnable(script) : script;
    const child = spawn(process.execPath, [file, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    running.add(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        text += data;
      });
    }
    const ended = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      return signal ?? code;
    });
    return { child, output: () => text, ended };
  };
}

// Below the ports that the system hands out by itself.
let next = 20_000 + Math.floor(Math.random() * 12_000);

/** A port that no other test of this file gets. */
export async function testPort(): Promise<number> {
  const port = await freePort(next);
  next = port + 1;
  return port;
}
