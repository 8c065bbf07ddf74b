import { Agent, type Dispatcher, request } from 'undici';
import { describeCall, describeStatus } from '../tracing/http.ts';
import { activeSpan, activeTraceparent } from '../tracing/spans.ts';
import { retryAfterMs } from './retry-after.ts';

export interface Answer {
  status: number;
  text: string;
  /** What a Retry-After of the answer asks for; 0: nothing. */
  retryAfterMs: number;
}

export interface Get {
  headers?: Record<string, string>;
  /** W3C trace context to send along, where the call has no span of its own. */
  traceparent?: string;
  /** Of the Dependency's call: the only timeout there is. */
  signal: AbortSignal;
}

export interface Post extends Get {
  body: string;
}

const maxAnswerBytes = 4 << 20;

/** HTTP for the work of a Dependency: it keeps connections and bounds answers. An answer is one
 *  whatever its status; without one, or with too much of it, undici's error is thrown. */
export class HttpClient {
  private readonly agent = new Agent({
    connectTimeout: 5000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxAnswerBytes,
  });

  get(url: string, options: Get): Promise<Answer> {
    return this.send(url, { method: 'GET', ...options });
  }

  post(url: string, options: Post): Promise<Answer> {
    return this.send(url, { method: 'POST', ...options });
  }

  private async send(
    url: string,
    {
      traceparent: given,
      headers,
      ...options
    }: Get & Pick<Dispatcher.RequestOptions, 'method' | 'body'>,
  ) {
    const span = activeSpan();
    describeCall(span, options.method, url);
    const traceparent = activeTraceparent() ?? given;
    const answer = await request(url, {
      dispatcher: this.agent,
      headers: { ...headers, ...(traceparent && { traceparent }) },
      ...options,
    });
    describeStatus(span, answer.statusCode);
    return {
      status: answer.statusCode,
      text: await answer.body.text(),
      retryAfterMs: retryAfterMs(answer.headers['retry-after']),
    };
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}
