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

  /** The oldest first. */
  async list(limit: number): Promise<{ events: DeadEvent[]; count: number }> {
    const channel = await this.connection.acquire();
    try {
      const count = await this.count(channel);
      const messages = await Array.fromAsync(this.take(channel, Math.min(limit, count)));
      return { events: messages.map(viewOf), count };
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
    const channel = await this.connection.acquire();
    const outgoing = await this.connection.acquire();
    try {
      await outgoing.confirmSelect();
      // No more than were there at the beginning: what dies again at once comes behind them.
      for await (const message of this.take(channel, await this.count(channel))) {
        const { id } = viewOf(message);
        if (ids && !wanted.delete(id)) continue;
        await this.send(outgoing, message);
        channel.basicAck({ deliveryTag: message.deliveryTag });
        yield id;
        if (ids && wanted.size === 0) break;
      }
    } finally {
      await outgoing.close();
      await channel.close();
    }
  }

  private async count(channel: Channel) {
    return (await channel.queueDeclare({ queue: this.deadQueue, passive: true })).messageCount;
  }

  private async *take(channel: Channel, limit: number): AsyncGenerator<SyncMessage> {
    for (let taken = 0; taken < limit; taken += 1) {
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
    const returned = Promise.withResolvers<never>();
    returned.promise.catch(() => {});
    const refuse = () => returned.reject(new Error(`There is no queue ${this.queue}`));
    channel.once('basic.return', refuse);
    await Promise.race([channel.basicPublish(envelope, bytesOf(body)), returned.promise]);
    channel.off('basic.return', refuse);
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
