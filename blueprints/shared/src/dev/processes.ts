import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const withParent = new URL(`with-parent${path.extname(import.meta.filename)}`, import.meta.url)
  .href;

/** A child process whose lines carry its name, and which is started again when it ends. */
export class DevProcess {
  readonly name: string;
  private readonly script: string;
  private readonly env: NodeJS.ProcessEnv;
  private child: ChildProcess | undefined;
  private stopped = false;

  constructor(name: string, script: string, env: NodeJS.ProcessEnv) {
    this.name = name;
    this.script = script;
    this.env = env;
  }

  start() {
    // A process group of its own: Ctrl-C reaches it once, through us.
    const child = spawn(process.execPath, ['--import', withParent, this.script], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.say(line));
    }
    child.on('exit', (code, signal) => void this.ended(child, signal ?? `exit code ${code}`));
  }

  /** Ends this run of the process; the next one starts by itself. */
  restart() {
    this.child?.kill('SIGTERM');
  }

  async stop() {
    this.stopped = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 3000);
    await once(child, 'exit');
    clearTimeout(late);
  }

  say(line: string) {
    console.log(`${this.name.padEnd(8)} | ${line}`);
  }

  private async ended(child: ChildProcess, how: string) {
    if (this.stopped || child !== this.child) return;
    this.say(`ended (${how}); starting again in a second`);
    await sleep(1000);
    if (!this.stopped) this.start();
  }
}
