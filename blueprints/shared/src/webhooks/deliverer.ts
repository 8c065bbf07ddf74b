import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { startLoop } from '../loop.ts';
import { traceIdOf } from '../trace.ts';
import { inSpan, markFailed } from '../tracing/spans.ts';
import type { Deliveries, Delivery } from './deliveries.ts';
import type { WebhookMetrics } from './metrics.ts';
import { delayAfter } from './schedule.ts';
import type { WebhookSender } from './sender.ts';
import { startAttempt } from './tracing.ts';

export interface DelivererOptions {
  deliveries: Deliveries;
  sender: WebhookSender;
  /** Calls at once, a quarter of them to one host: a slow receiver holds up nobody else. */
  concurrency: number;
  /** The delays between attempts, ms. */
  schedule: readonly number[];
  metrics: WebhookMetrics;
  log: Logger;
  /** How often to look for what is due. */
  pollMs?: number;
}

/** Tells receivers how jobs ended, at least once each. */
export class Deliverer {
  private readonly options: DelivererOptions;
  private readonly perHost: number;
  private readonly pollMs: number;
  private readonly calls = new Set<Promise<void>>();
  private readonly busy = new Map<string, number>();
  private readonly stop = new AbortController();
  private stopLoop = async () => {};

  constructor(options: DelivererOptions) {
    this.options = options;
    this.perHost = Math.max(1, Math.floor(options.concurrency / 4));
    this.pollMs = options.pollMs ?? 500;
  }

  start() {
    const loop = { name: 'webhooks', everyMs: this.pollMs, tick: () => this.tick() };
    this.stopLoop = startLoop(loop, this.options.log);
  }

  /** Ends the calls in flight; their deliveries are handed back. */
  abort() {
    this.stop.abort();
  }

  /** Takes no further deliveries; settles when those it has are settled. */
  async close(): Promise<void> {
    await this.stopLoop();
    await Promise.all(this.calls);
  }

  private async tick(): Promise<boolean> {
    if (await this.claim()) return true;
    if (this.calls.size === 0) return false;
    // What waits may wait for one of these to end.
    await Promise.race([...this.calls, sleep(this.pollMs)]);
    return true;
  }

  private async claim(): Promise<boolean> {
    const limit = this.options.concurrency - this.calls.size;
    if (limit === 0) return false;
    const { perHost, busy } = this;
    const claimed = await this.options.deliveries.claim({ limit, perHost, busy });
    for (const delivery of claimed) {
      const call = this.deliver(delivery).finally(() => this.calls.delete(call));
      this.calls.add(call);
    }
    return claimed.length > 0;
  }

  private async deliver(delivery: Delivery): Promise<void> {
    const { id, job_id, type, host, attempts, job } = delivery;
    const trace_id = traceIdOf(job.traceparent);
    const fields = { delivery_id: id, job_id, type, host, attempts, trace_id };
    const log = this.options.log.child(fields);
    const startedAt = performance.now();
    this.busy.set(host, (this.busy.get(host) ?? 0) + 1);
    const span = startAttempt(delivery);
    try {
      const outcome = await inSpan(span, () => this.attempt(delivery, log));
      span?.setAttribute('webhook.outcome', outcome);
      if (outcome === 'retrying' || outcome === 'dead') markFailed(span, outcome);
      this.options.metrics.attempted(outcome, (performance.now() - startedAt) / 1000);
      log.info({ outcome }, 'webhook settled');
    } catch (error) {
      log.warn({ err: error }, 'webhook not settled; when its lease runs out it is sent again');
      markFailed(span, (error as Error).name);
    } finally {
      span?.end();
      this.free(host);
    }
  }

  private async attempt(delivery: Delivery, log: Logger): Promise<string> {
    const { deliveries, sender, schedule } = this.options;
    const reply = await sender.send(delivery, this.stop.signal);
    if (reply === 'aborted') {
      return (await deliveries.handBack(delivery)) ? 'handed_back' : 'fenced';
    }
    if (reply === 'ok') return (await deliveries.delivered(delivery)) ? 'delivered' : 'fenced';
    log.warn({ reason: reply.reason }, 'webhook failed');
    const { attempts } = delivery;
    const delay = reply.gone ? undefined : delayAfter(attempts, schedule, reply.retryAfterMs);
    if (delay === undefined) return (await deliveries.giveUp(delivery, reply)) ? 'dead' : 'fenced';
    return (await deliveries.retry(delivery, delay)) ? 'retrying' : 'fenced';
  }

  private free(host: string) {
    const left = (this.busy.get(host) ?? 0) - 1;
    if (left > 0) this.busy.set(host, left);
    else this.busy.delete(host);
  }
}
