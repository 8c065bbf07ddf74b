import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

/** A status, a status with headers, or no answer at all. */
export type Answer = number | { status: number; headers: OutgoingHttpHeaders } | 'never';

export interface Receiver {
  url: string;
  host: string;
  requests: { headers: IncomingHttpHeaders; body: string }[];
  /** How often somebody connected. */
  connections: number;
  /** What the next requests get. */
  answer: Answer;
}

/** Starts receivers of webhooks on this machine; none outlives the file. */
export function receivers(): (answer?: Answer) => Promise<Receiver> {
  const stops: (() => void)[] = [];
  afterAll(() => {
    for (const stop of stops) stop();
  });
  return async (answer = 200) => {
    const server = createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      receiver.requests.push({ headers: request.headers, body });
      const { answer } = receiver;
      if (answer === 'never') return;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.writeHead(answer.status, answer.headers).end();
    });
    server.on('connection', () => {
      receiver.connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const receiver: Receiver = {
      url: `http://${host}/hook`,
      host,
      requests: [],
      connections: 0,
      answer,
    };
    return receiver;
  };
}
