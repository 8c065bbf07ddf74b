import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../test/support/wait.ts';

const root = path.resolve(import.meta.dirname, '..');
const withParent = new URL('../src/dev/with-parent.ts', import.meta.url).href;

export interface Ending {
  /** The exit code, or the signal that ended it. */
  how: number | NodeJS.Signals;
  seconds: number;
}

/** One process of the service, run as in production; it never outlives this one. */
export class ServiceProcess {
  readonly name: string;
  readonly log: string;
  readonly opsUrl: string;
  readonly ended: Promise<Ending['how']>;
  private readonly child: ChildProcess;
  /** Whether somebody meant it to end. */
  private endedOnPurpose = false;

  /** `log` is the file that gets all it prints. */
  constructor(name: string, argv: string[], env: NodeJS.ProcessEnv, log: string) {
    this.name = name;
    this.log = log;
    this.opsUrl = `http://127.0.0.1:${env.OPS_PORT}`;
    const file = openSync(log, 'w');
    this.child = spawn(process.execPath, ['--import', withParent, ...argv], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', file, file, 'ipc'],
    });
    closeSync(file);
    this.ended = once(this.child, 'exit').then(([code, signal]) => signal ?? code);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get endedByItself(): boolean {
    return !this.isRunning && !this.endedOnPurpose;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  said(): Promise<string> {
    return readFile(this.log, 'utf8');
  }

  /** 0: nothing answers. */
  async health(kind: 'live' | 'ready'): Promise<number> {
    const signal = AbortSignal.timeout(5000);
    const answer = await fetch(`${this.opsUrl}/health/${kind}`, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? 0;
  }

  async ready(): Promise<void> {
    await until(`${this.name} to be ready`, async () => {
      if (!this.isRunning) throw new Error(`${this.name} ended:\n${await this.said()}`);
      return (await this.health('ready')) === 200;
    });
  }

  /** The sum of a metric's samples. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.opsUrl}/metrics`)).text();
    const samples = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'));
    return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** For one that should refuse to run: its exit code. */
  async refusal(): Promise<Ending['how']> {
    this.endedOnPurpose = true;
    return this.ended;
  }

  /** Sends a word to the process and waits for one from it. */
  async ask(word: string): Promise<void> {
    const answered = once(this.child, 'message');
    this.child.send(word);
    await answered;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.endedOnPurpose = true;
    this.signal('SIGKILL');
    await this.ended;
  }

  async stop(): Promise<Ending> {
    this.endedOnPurpose = true;
    const startedAt = performance.now();
    this.signal('SIGTERM');
    const how = await this.ended;
    return { how, seconds: (performance.now() - startedAt) / 1000 };
  }
}
