import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Publisher } from 'rabbitmq-client';
import type { Logger } from '../logger.ts';
import { connectRabbit } from './connection.ts';
import { type DomainEvent, messageOf } from './message.ts';
import { type BusConfig, eventsExchange, isSubscribed, topology } from './topology.ts';

/** `confirmed`: RabbitMQ has it on its disks. `nacked`: a queue has no room. `failed`: nobody knows. */
export const outcomes = ['confirmed', 'nacked', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

export interface Settled {
  id: string;
  outcome: Outcome;
  /** Unless it is confirmed. */
  error?: Error;
}

/** How long RabbitMQ may take to confirm. */
export const confirmMs = 5000;

type PublisherConfig = BusConfig & { RABBITMQ_URL: string };

/** Of a connection that is not gone on with. */
class StaleError extends Error {}

/** Publishes with confirms. What is in RabbitMQ is declared again with each connection. */
export class RabbitPublisher {
  private readonly config: PublisherConfig;
  private readonly log: Logger;
  private readonly exchange: string;
  private connection!: Connection;
  private publisher!: Publisher;
  /** Ids of events that no queue took. */
  private readonly returned = new Set<string | undefined>();
  private aborted = false;
  /** Of the batch under way. */
  private deadline = new AbortController();

  constructor(config: PublisherConfig, log: Logger) {
    this.config = config;
    this.log = log;
    this.exchange = eventsExchange(config);
    this.connect();
  }

  private connect() {
    this.returned.clear();
    this.connection = connectRabbit(this.config.RABBITMQ_URL, 'relay', this.log);
    this.publisher = this.connection.createPublisher({ confirm: true, ...topology(this.config) });
    this.publisher.on('basic.return', ({ messageId }) => this.returned.add(messageId));
  }

  /** Connected, and not asked to wait because RabbitMQ is short of memory or disk. */
  get available(): boolean {
    return this.connection.ready;
  }

  /** Sends all of them at once; what is not confirmed in time has failed. Then the connection begins anew:
   *  it would keep what has no confirm for as long as it lasts, and declares nothing a second time. */
  async publish(events: DomainEvent[]): Promise<Settled[]> {
    const deadline = new AbortController();
    this.deadline = deadline;
    if (this.aborted) deadline.abort();
    const tooLate = sleep(confirmMs, undefined, { signal: deadline.signal }).catch(() => {});
    try {
      const settled = await Promise.all(
        events.map((event) =>
          Promise.race([this.send(event), tooLate.then(() => unconfirmed(event))]),
        ),
      );
      if (!this.aborted && settled.some(({ error }) => error instanceof StaleError)) {
        this.connection.unsafeDestroy();
        this.connect();
      }
      return settled;
    } finally {
      deadline.abort();
    }
  }

  private async send(event: DomainEvent): Promise<Settled> {
    const { id, type } = event;
    try {
      const { envelope, body } = messageOf(event, this.exchange);
      await this.publisher.send(envelope, body);
      // The client tells of a return a moment after the confirmation that follows it.
      await immediate();
      // What only other services listen to may have no queue yet; ours are declared.
      if (this.returned.delete(id) && isSubscribed(type))
        throw new StaleError(`No queue takes ${type}`);
      return { id, outcome: 'confirmed' };
    } catch (thrown) {
      const error = thrown as Error & { code?: string };
      return { id, outcome: error.code === 'NACK' ? 'nacked' : 'failed', error };
    }
  }

  /** Waits for no confirm any longer. */
  abort(): void {
    this.aborted = true;
    this.deadline.abort();
  }

  /** A peer that does not answer is left. */
  async close(): Promise<void> {
    this.abort();
    const closed = this.publisher.close().then(() => this.connection.close());
    await Promise.race([closed.catch(() => {}), sleep(1000)]);
    this.connection.unsafeDestroy();
  }
}

const unconfirmed = ({ id }: DomainEvent): Settled => ({
  id,
  outcome: 'failed',
  error: new StaleError(`RabbitMQ has not confirmed within ${confirmMs} ms, or the worker stops`),
});
