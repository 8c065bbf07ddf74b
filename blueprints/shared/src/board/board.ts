import type { IncomingMessage, ServerResponse } from 'node:http';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Queue } from 'bullmq';
import fastify from 'fastify';
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { connectRedis } from '../redis/connection.ts';

export interface Board {
  handle(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

export interface BoardOptions {
  /** Redis'. */
  url: string;
  queue: string;
  path: string;
}

/** Nothing from elsewhere, such as the fonts that the page would have from Google. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Bull Board over the queue, on a server that does not listen. Throws while Redis is away. */
export async function createBoard(
  { url, queue: name, path }: BoardOptions,
  log: Logger,
): Promise<Board> {
  const redis = await connected(url, log);
  try {
    return await boardOf(redis, { name, path }, log);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

async function boardOf(
  redis: Redis,
  { name, path }: { name: string; path: string },
  log: Logger,
): Promise<Board> {
  // It writes nothing, not even what it is.
  const queue = new Queue(name, { connection: redis, skipMetasUpdate: true });
  queue.on('error', (error) => log.debug({ err: error }, 'queue error'));
  const serverAdapter = new FastifyAdapter();
  createBullBoard({ queues: [readOnly(queue)], serverAdapter, options: { uiConfig } });
  const app = fastify();
  app.addHook('onSend', async (_request, reply) => void reply.headers(headers));
  app.addHook('onError', async (_request, _reply, error) => {
    log.warn({ err: error }, 'the board could not answer');
  });
  await app.register(serverAdapter.registerPlugin(), { prefix: path });
  await app.ready();
  return {
    handle: (request, response) => app.routing(request, response),
    async close() {
      await Promise.all([app.close(), queue.close()]);
      redis.disconnect();
    },
  };
}

const uiConfig = {
  boardTitle: 'Queue',
  hideDocsLink: true,
  // Connections have no names by which it could count them.
  showWorkers: false,
};

const readOnly = (queue: Queue) =>
  new BullMQAdapter(queue, {
    readOnlyMode: true,
    description:
      'Read only: messages on their way. The jobs are in Postgres; npm run dlq replays what failed.',
  });

async function connected(url: string, log: Logger): Promise<Redis> {
  const redis = connectRedis(url, log);
  try {
    await new Promise((resolve, reject) => redis.once('ready', resolve).once('error', reject));
    return redis;
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}
