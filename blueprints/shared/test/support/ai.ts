import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { AiClient } from '../../src/ai/client.ts';
import type { Dependency, DependencyOptions } from '../../src/outgoing/dependency.ts';
import { testDependency } from './handlers.ts';

export interface Reply {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

export interface Call {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TestAi {
  ai: AiClient;
  api: Dependency;
  registry: Registry;
  /** All calls that arrived. */
  calls: Call[];
  /** How the calls from now on are answered. */
  reply: Reply | 'never';
  [Symbol.asyncDispose]: () => Promise<void>;
}

export const completion = (content: string): Reply => ({
  status: 200,
  body: JSON.stringify({ choices: [{ message: { content } }] }),
});

/** A client of an AI API on this machine that answers as the test wants. */
export async function testAi(
  reply: TestAi['reply'],
  options: Partial<DependencyOptions> = {},
): Promise<TestAi> {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    test.calls.push({ headers: request.headers, body });
    if (test.reply === 'never') return;
    response.writeHead(test.reply.status, test.reply.headers).end(test.reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const registry = new Registry();
  const policy = { name: 'ai', timeoutMs: 5000, concurrency: 10, ...options };
  const api = testDependency(policy, registry);
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const ai = new AiClient({ baseUrl, apiKey: 'secret', model: 'm' }, api);
  const close = async () => {
    await ai.close();
    server.closeAllConnections();
    server.close();
  };
  const test: TestAi = { ai, api, registry, calls: [], reply, [Symbol.asyncDispose]: close };
  return test;
}
