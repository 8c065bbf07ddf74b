import { setTimeout as sleep } from 'node:timers/promises';
import { type AsyncMessage, type Connection, type Consumer, ConsumerStatus } from 'rabbitmq-client';
import { isUnavailable } from '../../database/unavailable.ts';
import type { Logger } from '../../logger.ts';
import { traceIdOf } from '../../trace.ts';
import { inSpan, markFailed } from '../../tracing/spans.ts';
import { type DomainEvent, deliveriesOf, readEvent, traceOf, UnreadableError } from './message.ts';
import type { ConsumerMetrics } from './metrics.ts';
import { startDelivery } from './tracing.ts';

/** `duplicate`: what the event has to bring about was there already. */
export type Outcome = 'handled' | 'duplicate';

/** Brings about what an event has to, in one transaction with the row by which it is known to have
 *  been handled: events come at least once. Throws UnreadableError for what no retry mends. */
export type Handle = (event: DomainEvent) => Promise<Outcome>;

export interface SubscriptionOptions {
  connection: Connection;
  queue: string;
  /** How often a message that fails comes again. */
  limit: number;
  /** Called when the subscription is lost: somebody may have deleted the queue. */
  declare: () => void;
  /** Events at once. */
  prefetch: number;
  /** The first pause before a failed event comes again, ms. */
  retryMs: number;
  /** How long what is being handled at the end may take, ms. */
  graceMs: number;
  handle: Handle;
  metrics: ConsumerMetrics;
  log: Logger;
}

const longestPauseMs = 60_000;
/** Once the database is back, nothing waits for longer than this. */
const longestLookMs = 5000;
/** How long the broker may take to say good-bye. */
const partingMs = 1000;
/** How long an event is held while the database is away: well below the half hour after which RabbitMQ
 *  closes the channel of a consumer that does not answer (its consumer_timeout). */
const longestHoldMs = 10 * 60_000;

/** What becomes of a message, by how its handling ended. A message that is requeued has its delivery
 *  counted by the broker, which moves it to the dead queue at the limit. */
const answers = {
  handled: ConsumerStatus.ACK,
  duplicate: ConsumerStatus.ACK,
  failed: ConsumerStatus.REQUEUE,
  handed_back: ConsumerStatus.REQUEUE,
  unreadable: ConsumerStatus.DROP,
};

export type Result = keyof typeof answers;

/** Takes a queue's events, `prefetch` at once, and acknowledges each when its handler has committed.
 *  When the connection is lost the broker delivers again what it has no answer to. */
export class Subscription {
  private readonly options: SubscriptionOptions;
  private readonly stopping = new AbortController();
  /** Ends the pauses of what the broker delivers again anyway. */
  private lost = new AbortController();
  private consumer: Consumer | undefined;
  private consuming = false;

  constructor(options: SubscriptionOptions) {
    this.options = options;
  }

  start(): void {
    const { connection, queue, prefetch, declare, log } = this.options;
    // Who consumes does not declare: src/bus/topology.ts does, and a queue that is gone is an error.
    const props = { queue, queueOptions: { passive: true }, qos: { prefetchCount: prefetch } };
    this.consumer = connection.createConsumer(props, (message) => this.take(message));
    this.consumer.on('error', (err) => {
      log.warn({ err, queue }, 'subscription lost; trying again');
      this.consuming = false;
      declare();
    });
    this.consumer.on('ready', () => {
      log.info({ queue }, 'subscribed');
      this.consuming = true;
    });
    connection.on('error', () => {
      this.consuming = false;
      this.lost.abort();
      this.lost = new AbortController();
    });
  }

  /** Whether the broker delivers what comes. */
  get up(): boolean {
    return this.consuming && this.options.connection.ready;
  }

  /** Takes nothing further and finishes what is being handled; what waits for another try is handed
   *  back, and so is by the broker what has no answer when the connection ends. */
  async close(): Promise<void> {
    const { connection, graceMs, log } = this.options;
    this.stopping.abort();
    const closed = this.consumer?.close().catch((err) => log.debug({ err }, 'not unsubscribed'));
    await Promise.race([closed, sleep(graceMs, undefined, { ref: false })]);
    const left = connection.close().catch((err) => log.debug({ err }, 'not disconnected'));
    await Promise.race([left, sleep(partingMs, undefined, { ref: false })]);
    connection.unsafeDestroy();
  }

  private async take(message: AsyncMessage): Promise<ConsumerStatus> {
    const { queue, limit, metrics } = this.options;
    const traceparent = traceOf(message);
    const deliveries = deliveriesOf(message);
    const { messageId: event_id, type } = message;
    const trace_id = traceIdOf(traceparent);
    const log = this.options.log.child({ event_id, type, deliveries, trace_id });
    if (message.redelivered) metrics.redelivered();
    const span = startDelivery(queue, message, traceparent);
    const startedAt = performance.now();
    const result = await inSpan(span, () => this.settle(message, log));
    metrics.settled(result, (performance.now() - startedAt) / 1000);
    span?.setAttribute('event.outcome', result);
    if (result === 'failed' || result === 'unreadable') markFailed(span, result);
    span?.end();
    if (result !== 'failed') return answers[result];
    // RabbitMQ has moved it by then, but since 4.3 it no longer counts what is requeued.
    if (deliveries > limit + 1) return ConsumerStatus.DROP;
    await this.pause(deliveries);
    return ConsumerStatus.REQUEUE;
  }

  private async settle(message: AsyncMessage, log: Logger): Promise<Result> {
    try {
      const outcome = await this.hold(readEvent(message), log);
      log.info({ outcome }, 'event handled');
      return outcome;
    } catch (error) {
      if (error instanceof UnreadableError) {
        log.error({ err: error }, 'event unreadable; to the dead queue');
        return 'unreadable';
      }
      if (this.stopping.signal.aborted && isUnavailable(error)) return 'handed_back';
      log.warn({ err: error }, 'event failed; after a pause it is delivered again');
      return 'failed';
    }
  }

  /** While the database is away an event is kept and tried again here: an outage is not the event's
   *  fault, and must not bring it nearer to the dead queue. */
  private async hold(event: DomainEvent, log: Logger): Promise<Outcome> {
    const until = performance.now() + longestHoldMs;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.options.handle(event);
      } catch (error) {
        const give = this.stopping.signal.aborted || performance.now() > until;
        if (give || !isUnavailable(error)) throw error;
        if (tries === 1) log.warn({ err: error }, 'the database is away; the event waits for it');
        await this.pause(tries, longestLookMs);
      }
    }
  }

  /** With jitter; the end of the subscription, or of its connection, ends it. */
  private async pause(times: number, longestMs = longestPauseMs): Promise<void> {
    const full = Math.min(longestMs, this.options.retryMs * 2 ** Math.min(times - 1, 30));
    const wait = full * (0.5 + 0.5 * Math.random());
    const signal = AbortSignal.any([this.stopping.signal, this.lost.signal]);
    await sleep(wait, undefined, { signal }).catch(() => {});
  }
}
