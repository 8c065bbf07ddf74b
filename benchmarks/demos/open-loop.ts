import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

// Requests that leave at a constant rate, whether or not those before were answered. A latency runs
// from the moment at which its request was to leave, so what made it leave late counts as well.
// Usage: node open-loop.ts PLAN ANSWERS

interface Request {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
}

interface Stream {
  perSecond: number;
  count: number;
  /** Taken in turns. */
  requests: Request[];
}

interface Answer {
  /** When it was to leave: seconds since 1970. */
  at: number;
  /** By how much it left later. */
  lateMs: number;
  ms: number;
  /** 0: none came. */
  status: number;
  etag: string | undefined;
  retryAfter: string | undefined;
  /** The job's, of a 202. */
  id: string | undefined;
}

const timeoutMs = 30_000;
const agent = new http.Agent({ keepAlive: true });

async function run({ perSecond, count, requests }: Stream, startsAt: number): Promise<Answer[]> {
  const answers: Promise<Answer>[] = [];
  for (let i = 0; i < count; i += 1) {
    const dueAt = startsAt + (1000 * i) / perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    answers.push(ask(requests[i % requests.length] as Request, dueAt));
  }
  return Promise.all(answers);
}

function ask({ method, url, headers, body }: Request, dueAt: number): Promise<Answer> {
  const lateMs = performance.now() - dueAt;
  const at = (performance.timeOrigin + dueAt) / 1000;
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const settle = (status: number, told: Partial<Answer> = {}) => {
    const ms = performance.now() - dueAt;
    const { etag, retryAfter, id } = told;
    resolve({ at, lateMs, ms, status, etag, retryAfter, id });
  };
  const options = { method, headers, agent, timeout: timeoutMs };
  const request = http.request(url, options, async (response) => {
    const { statusCode: status = 0, headers } = response;
    try {
      const text = Buffer.concat(await response.toArray()).toString();
      const id: string | undefined = status === 202 ? JSON.parse(text).id : undefined;
      settle(status, { id, etag: headers.etag, retryAfter: headers['retry-after'] });
    } catch {
      settle(0);
    }
  });
  request.on('timeout', () => request.destroy());
  request.on('error', () => settle(0));
  request.end(body);
  return promise;
}

const [plan = '', answers = ''] = process.argv.slice(2);
const streams: Record<string, Stream> = JSON.parse(readFileSync(plan, 'utf8'));
const startsAt = performance.now() + 100;
const all = Object.entries(streams).map(
  async ([name, stream]) => [name, await run(stream, startsAt)] as const,
);
writeFileSync(answers, JSON.stringify(Object.fromEntries(await Promise.all(all))));
agent.destroy();
