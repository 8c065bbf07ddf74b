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

/** How long RabbitMQ may take to confirm. */
export const confirmMs = 5000;

/** Publishes with confirms. What is in RabbitMQ is declared again with each connection. */
export class RabbitPublisher {
  private readonly connection: Connection;
  private readonly publisher: Publisher;
  private readonly exchange: string;
  private readonly log: Logger;
  private readonly closing = new AbortController();

  constructor(
    config: Pick<Config, 'RABBITMQ_URL' | 'BUS_NAME' | 'BUS_QUEUE_LIMIT' | 'BUS_DELIVERY_LIMIT'>,
    log: Logger,
  ) {
    this.log = log;
    this.exchange = eventsExchange(config);
    this.connection = connectRabbit(config.RABBITMQ_URL, 'relay', log);
    this.publisher = this.connection.createPublisher({ confirm: true, ...topology(config) });
  }

  /** Connected, and not asked to wait because RabbitMQ is short of memory or disk. */
  get available(): boolean {
    return this.connection.ready;
  }

  async publish(event: DomainEvent): Promise<Outcome> {
    const { envelope, body } = messageOf(event, this.exchange);
    const sent = this.publisher.send(envelope, body).then(
      () => 'confirmed' as const,
      (error: Error & { code?: string }) => {
        if (error.code === 'NACK') return 'nacked';
        this.log.debug({ err: error, event_id: event.id }, 'event not published');
        return 'failed';
      },
    );
    const signal = this.closing.signal;
    const tooLate = sleep(confirmMs, 'failed' as const, { signal }).catch(() => 'failed' as const);
    return Promise.race([sent, tooLate]);
  }

  /** Waits for no confirm any longer. */
  abort(): void {
    this.closing.abort();
  }

  /** A peer that does not answer is left. */
  async close(): Promise<void> {
    this.abort();
    const closed = this.publisher.close().then(() => this.connection.close());
    await Promise.race([closed.catch(() => {}), sleep(1000)]);
    this.connection.unsafeDestroy();
  }
}
