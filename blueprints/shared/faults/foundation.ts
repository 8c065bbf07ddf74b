import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import service from '../package.json' with { type: 'json' };
import { serviceVariables } from '../src/modules/config.ts';
import { type ThrowawayDatabase, throwawayDatabase } from '../test/support/throwaway.ts';
import { ownPort } from './ports.ts';
import { ServiceProcess } from './process.ts';
import { FaultProxy } from './proxy.ts';

/** By the variable that tells a process where to find what is behind it. */
export type Proxies = Record<'DATABASE_URL' | 'AI_BASE_URL', FaultProxy> &
  Partial<Record<string, FaultProxy>>;

/** What one run has to itself beneath the service's processes. */
export interface Foundation {
  /** The folder of what its processes print. */
  logs: string;
  queue: string;
  database: ThrowawayDatabase;
  ai: ServiceProcess;
  /** Where everything is, by the same variables, with no proxy before it. */
  targets: Record<string, string>;
  openProxies: () => Promise<Proxies>;
}

export async function layFoundation(logs: string): Promise<Foundation> {
  mkdirSync(logs, { recursive: true });
  const database = await throwawayDatabase('faults');
  const aiPort = await ownPort();
  const env = { FAKE_AI_PORT: String(aiPort), FAKE_AI_DELAY_MS: '20' };
  const log = path.join(logs, 'fake-ai.log');
  const ai = new ServiceProcess('fake-ai', commandOf('fake-ai'), env, log);
  const targets = {
    ...Object.fromEntries(serviceVariables.map((name) => [name, process.env[name] ?? ''])),
    DATABASE_URL: database.url,
    AI_BASE_URL: `http://127.0.0.1:${aiPort}/v1`,
  };
  const openProxies = async () => {
    const opened: [string, FaultProxy][] = [];
    for (const [name, url] of Object.entries(targets)) {
      opened.push([name, await FaultProxy.open(url, await ownPort())]);
    }
    return Object.fromEntries(opened) as Proxies;
  };
  const queue = `faults_${randomBytes(6).toString('hex')}`;
  return { logs, queue, database, ai, targets, openProxies };
}

/** What an npm script runs by node. */
export function commandOf(script: keyof typeof service.scripts): string[] {
  const [, ...argv] = service.scripts[script].split(' ');
  return argv;
}
