import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A status, a status with headers, or no answer at all. */
export type Answer = number | { status: number; headers: OutgoingHttpHeaders } | 'never';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver extends Disposable {
  url: string;
  host: string;
  requests: Received[];
  /** How often somebody connected. */
  connections: number;
  /** What the next requests get. */
  answer: Answer;
}

/** A receiver of webhooks on this machine; without `host` at each of its addresses. */
export async function startReceiver(
  answer: Answer = 200,
  options: { host?: string } = { host: '127.0.0.1' },
): Promise<Receiver> {
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
  await new Promise<void>((resolve) => server.listen({ port: 0, ...options }, resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const receiver: Receiver = {
    url: `http://${host}/hook`,
    host,
    requests: [],
    connections: 0,
    answer,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}
