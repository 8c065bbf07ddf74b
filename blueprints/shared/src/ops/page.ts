import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the operations port has under a path, beside health and metrics. */
export interface Page {
  /** Begins with a slash, and does not end in one. */
  readonly path: string;
  /** Answers a request for the path or what is below it. What it throws is logged, and answered with 503. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}
