import type { FastifyInstance } from 'fastify';
import type { TokenSource } from '../backpressure/tokens.ts';
import type { Base } from '../process.ts';

/** What the public HTTP interface is made with. */
export interface AppOptions extends Omit<Base, 'readiness'> {
  /** Of the rate limits. */
  tokens: TokenSource;
  /** Whether the process is about to stop: then clients are told to connect elsewhere. */
  draining?: () => boolean;
}

/** The public HTTP interface, whatever routes its requests; not yet listening. */
export interface App extends Pick<FastifyInstance, 'server' | 'inject' | 'listen'> {
  /** Ends its streams, takes no further connections and settles when all answers are sent. */
  close(): Promise<unknown>;
}
