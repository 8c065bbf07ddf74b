import { setImmediate as immediate } from 'node:timers/promises';
import type { Channel, Connection, SyncMessage } from 'rabbitmq-client';

/** An event that its consumer could not handle. */
export interface DeadEvent {
  id: string;
  type: string;
  /** `delivery_limit`: it failed too often. `rejected`: it was unreadable. */
  reason: string;
  died_at: Date;
  /** Where its deliveries are told of: in logs and traces. */
  traceparent: string;
}

interface Death {
  reason: string;
  time: number;
}

/** A consumer's dead queue. Whoever looks holds what was looked at until the look is over: a second look
 *  at the same time sees less. */
export class DeadEvents {
  private readonly connection: Connection;
  private readonly queue: string;
  private readonly deadQueue: string;

  /** `queue`: where replayed events go. */
  constructor(connection: Connection, { queue, deadQueue }: { queue: string; deadQueue: string }) {
    this.connection = connection;
    this.queue = queue;
    this.deadQueue = deadQueue;
  }

  /** The oldest first, as a rule, and how many there are behind them. */
  async list(limit: number): Promise<{ events: DeadEvent[]; more: number }> {
    const channel = await this.connection.acquire();
    try {
      const messages: SyncMessage[] = [];
      for await (const message of this.take(channel)) if (messages.push(message) === limit) break;
      return { events: messages.map(viewOf), more: messages.at(-1)?.messageCount ?? 0 };
    } finally {
      // Puts back what was taken.
      await channel.close();
    }
  }

  /** Sends events to their consumer again, and to nobody else; `ids` undefined: all. Answers the id of
   *  each when the broker has confirmed it: then it leaves the dead queue. Whoever is interrupted in
   *  between leaves it in both, and the consumer knows it by its id. */
  async *replay(ids?: readonly string[]): AsyncGenerator<string> {
    const wanted = new Set(ids);
    const replayed = new Set<string>();
    const channel = await this.connection.acquire();
    const outgoing = await this.connection.acquire();
    try {
      await outgoing.confirmSelect();
      for await (const message of this.take(channel)) {
        const { id } = viewOf(message);
        // It has died again, behind all those that were here.
        if (replayed.has(id)) break;
        if (ids && !wanted.delete(id)) continue;
        await this.send(outgoing, message);
        channel.basicAck({ deliveryTag: message.deliveryTag });
        replayed.add(id);
        yield id;
        if (ids && wanted.size === 0) break;
      }
    } finally {
      await outgoing.close();
      await channel.close();
    }
  }

  /** One by one until there is none: how many a queue has is known a little later than they are there. */
  private async *take(channel: Channel): AsyncGenerator<SyncMessage> {
    for (;;) {
      const message = await channel.basicGet({ queue: this.deadQueue });
      if (!message) return;
      yield message;
    }
  }

  /** Straight into the queue, as what it was before it died. */
  private async send(channel: Channel, message: SyncMessage) {
    const { deliveryTag, exchange, redelivered, messageCount, body, headers, ...about } = message;
    const kept = Object.entries(headers ?? {}).filter(([name]) => !name.startsWith('x-'));
    const envelope = {
      ...about,
      headers: Object.fromEntries(kept),
      routingKey: this.queue,
      mandatory: true,
      durable: true,
    };
    let returned = false;
    const refuse = () => {
      returned = true;
    };
    channel.on('basic.return', refuse);
    await channel.basicPublish(envelope, bytesOf(body)).catch((cause) => {
      throw new Error(`${this.queue} does not take it: it may be full`, { cause });
    });
    // The client tells of a return a moment after the confirmation that follows it.
    await immediate();
    channel.off('basic.return', refuse);
    if (returned) throw new Error(`There is no queue ${this.queue}`);
  }
}

function viewOf({ messageId, type, headers }: SyncMessage): DeadEvent {
  const [death] = (headers?.['x-death'] ?? []) as Death[];
  return {
    id: messageId ?? '',
    type: type ?? '',
    reason: death?.reason ?? 'unknown',
    died_at: new Date((death?.time ?? 0) * 1000),
    traceparent: String(headers?.traceparent ?? ''),
  };
}

/** The client has parsed what was JSON. */
const bytesOf = (body: unknown) =>
  Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
