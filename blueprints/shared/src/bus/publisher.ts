import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Publisher } from 'rabbitmq-client';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { connectRabbit } from './connection.ts';
import { type DomainEvent, messageOf } from './message.ts';
import { eventsExchange, topology } from './topology.ts';

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

/** Publishes with confirms. What is in RabbitMQ is declared again with each connection. */
export class RabbitPublisher {
  private readonly connection: Connection;
  private readonly publisher: Publisher;
  private readonly exchange: string;
  private aborted = false;
  /** Of the batch under way. */
  private deadline = new AbortController();

  constructor(
    config: Pick<Config, 'RABBITMQ_URL' | 'BUS_NAME' | 'BUS_QUEUE_LIMIT' | 'BUS_DELIVERY_LIMIT'>,
    log: Logger,
  ) {
    this.exchange = eventsExchange(config);
    this.connection = connectRabbit(config.RABBITMQ_URL, 'relay', log);
    this.publisher = this.connection.createPublisher({ confirm: true, ...topology(config) });
  }

  /** Connected, and not asked to wait because RabbitMQ is short of memory or disk. */
  get available(): boolean {
    return this.connection.ready;
  }

  /** Sends all of them at once; what is not confirmed in time has failed. */
  async publish(events: DomainEvent[]): Promise<Settled[]> {
    const deadline = new AbortController();
    this.deadline = deadline;
    if (this.aborted) deadline.abort();
    const tooLate = sleep(confirmMs, undefined, { signal: deadline.signal }).catch(() => {});
    try {
      return await Promise.all(
        events.map((event) =>
          Promise.race([this.send(event), tooLate.then(() => unconfirmed(event))]),
        ),
      );
    } finally {
      deadline.abort();
    }
  }

  private async send(event: DomainEvent): Promise<Settled> {
    const { id } = event;
    try {
      const { envelope, body } = messageOf(event, this.exchange);
      await this.publisher.send(envelope, body);
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
  error: new Error(`RabbitMQ has not confirmed within ${confirmMs} ms, or the worker stops`),
});
