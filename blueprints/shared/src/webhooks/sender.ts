import { type Agent, request } from 'undici';
import service from '../../package.json' with { type: 'json' };
import { retryAfterMs } from '../outgoing/retry-after.ts';
import { describeStatus } from '../tracing/http.ts';
import { activeSpan, activeTraceparent } from '../tracing/spans.ts';
import type { Delivery, Failure } from './deliveries.ts';
import { bodyOf, signatureOf } from './message.ts';

/** What is read of a receiver's body, to use its connection again. */
const maxReplyBytes = 16_384;

export type Reply = 'ok' | 'aborted' | Failure;

export interface SenderOptions {
  agent: Agent;
  /** The deadline of an attempt, from the first byte out to the last byte in. */
  timeoutMs: number;
}

/** Makes one attempt at a delivery. A 2xx is a success; a redirect is not followed. */
export class WebhookSender {
  private readonly options: SenderOptions;

  constructor(options: SenderOptions) {
    this.options = options;
  }

  /** `aborted`: by the signal. */
  async send(delivery: Delivery, signal: AbortSignal): Promise<Reply> {
    const { host, gone, secrets } = delivery;
    if (gone) return failure(`${host} answered 410 (Gone) to an earlier webhook`, { gone });
    if (secrets.length === 0) return failure('The tenant has no webhook secret');
    const deadline = AbortSignal.timeout(this.options.timeoutMs);
    try {
      return await this.post(delivery, AbortSignal.any([signal, deadline]));
    } catch (error) {
      if (signal.aborted) return 'aborted';
      // When every address of a name fails, the error has no message.
      const { message, code } = error as NodeJS.ErrnoException;
      if (!deadline.aborted) return failure(`${host}: ${message || code}`);
      return failure(`${host} did not answer within ${this.options.timeoutMs} ms`);
    }
  }

  private async post(delivery: Delivery, signal: AbortSignal): Promise<Reply> {
    const body = bodyOf(delivery);
    const span = activeSpan();
    const {
      statusCode,
      headers,
      body: reply,
    } = await request(delivery.url, {
      method: 'POST',
      dispatcher: this.options.agent,
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
      headers: {
        'content-type': 'application/json',
        'user-agent': service.name,
        traceparent: activeTraceparent() ?? delivery.job.traceparent,
        ...signatureOf(delivery, body),
      },
      body,
    });
    describeStatus(span, statusCode);
    // The status says it all, however the body ends.
    await reply.dump({ limit: maxReplyBytes, signal }).catch(() => {});
    if (statusCode >= 200 && statusCode <= 299) return 'ok';
    return failure(`${delivery.host} answered ${statusCode}`, {
      gone: statusCode === 410,
      retryAfterMs: retryAfterMs(headers['retry-after']),
    });
  }
}

const failure = (reason: string, more: Partial<Failure> = {}): Failure => ({
  reason,
  gone: false,
  retryAfterMs: 0,
  ...more,
});
