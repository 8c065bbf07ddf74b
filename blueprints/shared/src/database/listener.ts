import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../logger.ts';
import { ping } from './statements.ts';

export interface ListenerOptions {
  /** Past any transaction pooler: there a LISTEN is soon another client's. */
  url: string;
  name: string;
  channel: string;
  onNotification: (payload: string) => void;
  /** Notifications arrive from now on; none that came before will. */
  onListening: () => void;
}

const checkMs = 30_000;
const patienceMs = 5000;

/** Listens on a connection of its own, and connects again whenever that is lost. */
export class Listener {
  /** Whether notifications arrive. */
  listening = false;
  private readonly options: ListenerOptions;
  private readonly log: Logger;
  private readonly stop = new AbortController();

  constructor(options: ListenerOptions, log: Logger) {
    this.options = options;
    this.log = log;
  }

  async run(): Promise<void> {
    const { signal } = this.stop;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.listen(() => {
          failures = 0;
        });
      } catch (error) {
        if (signal.aborted) return;
        this.log.warn({ err: error }, 'no notifications until Postgres is reached again');
      }
      const wait = Math.min(10_000, 200 * 2 ** failures) * (0.5 + Math.random());
      failures += 1;
      await sleep(wait, undefined, { signal }).catch(() => {});
    }
  }

  close() {
    this.stop.abort();
  }

  /** Until the connection is lost. */
  private async listen(onListening: () => void): Promise<never> {
    const { url, name, channel } = this.options;
    const client = new pg.Client({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: patienceMs,
      query_timeout: patienceMs,
      keepAlive: true,
    });
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('The connection has ended')));
    });
    lost.catch(() => {});
    client.on('notification', ({ payload }) => this.options.onNotification(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      this.listening = true;
      onListening();
      this.options.onListening();
      for (;;) {
        await Promise.race([sleep(checkMs, undefined, { signal: this.stop.signal }), lost]);
        // A connection can be gone without a word.
        await client.query(ping.text);
      }
    } finally {
      this.listening = false;
      client.end().catch(() => {});
    }
  }
}
