import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { afterAll, beforeAll } from 'vitest';
import type { EventHub } from '../../src/events/hub.ts';
import { streamHeaders } from '../../src/events/stream.ts';
import { Problem } from '../../src/http/problem.ts';
import { JobReader } from '../../src/jobs/reader.ts';
import type { TestDatabase } from './database.ts';

export interface Received {
  id: number;
  event: string;
  data: { status: string; attempts: number; progress: number; [field: string]: unknown };
}

export interface Reading {
  response: Response;
  /** What has come so far. */
  text(): string;
  events(): Received[];
  /** The names of the events, in their order. */
  names(): string[];
  /** Settles when the stream is over, however it ended. */
  over: Promise<void>;
  stop(): void;
}

/** Opens an event stream and reads it in the background. */
export async function readEvents(
  url: string,
  headers: Record<string, string> = {},
): Promise<Reading> {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  let text = '';
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  };
  const events = () => text.split('\n\n').slice(0, -1).flatMap(parse);
  return {
    response,
    text: () => text,
    events,
    names: () => events().map(({ event }) => event),
    over: read().catch(() => {}),
    stop: () => stop.abort(),
  };
}

function parse(block: string): Received[] {
  const fields = new Map(
    block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]),
  );
  const data = fields.get('data');
  if (data === undefined) return [];
  return [
    { id: Number(fields.get('id')), event: fields.get('event') ?? '', data: JSON.parse(data) },
  ];
}

export interface StreamServer {
  /** Serves streams of the tenant t1 with a hub, from now on. */
  hub: EventHub;
  port: number;
  url(id: string): string;
}

/** The least HTTP server that a hub can have; its clients' problems are their status alone. */
export function streamServer(database: TestDatabase): StreamServer {
  const test = { url: (id) => `http://127.0.0.1:${test.port}/${id}` } as StreamServer;
  const server = createServer(async ({ url = '', headers }, response) => {
    try {
      const job = await new JobReader(database.db).find(url.slice(1), 't1');
      if (!job) return response.writeHead(404).end();
      const stream = test.hub.stream(job, Number(headers['last-event-id'] ?? 0));
      if (!stream) return response.writeHead(204).end();
      response.writeHead(200, streamHeaders);
      pipeline(stream, response, () => {});
    } catch (error) {
      response.writeHead(error instanceof Problem ? error.statusCode : 500).end();
    }
    return undefined;
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    test.port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return test;
}
