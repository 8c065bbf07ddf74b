import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { mediaType, Problem } from './problem.ts';

/** Answers what Node's parser refused, before there was a request, and ends the connection. */
export function refuseConnection({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(code).body();
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `content-type: ${mediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Answers an Expect header other than 100-continue. */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const problem = new Problem(417, 'The only expectation that is met is 100-continue.');
  response.writeHead(417, { 'content-type': mediaType }).end(JSON.stringify(problem.body()));
}

function problemOf(code: string | undefined) {
  if (code === 'HPE_HEADER_OVERFLOW') return new Problem(431, 'Path and headers are too long.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Problem(408, 'The request came too slowly.');
  return new Problem(400, 'This is no HTTP request.');
}
