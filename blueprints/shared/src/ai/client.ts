import { Agent, request } from 'undici';
import { z } from 'zod';
import { PermanentError } from '../jobs/failures.ts';

export interface AiOptions {
  /** With /v1. */
  baseUrl: string;
  apiKey: string;
  model: string;
  /** The deadline of a call, from its first byte out to its last byte in. */
  timeoutMs: number;
}

export interface ChatMessage {
  role: 'system' | 'user';
  content: string;
}

export interface CallOptions {
  idempotencyKey: string;
  traceparent: string;
  signal: AbortSignal;
}

/** A wrong reply: another try may get a right one. */
export class AiError extends Error {
  override name = 'AiError';
}

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().min(1) }) })).min(1),
});

const permanentStatuses = [400, 401, 403];

/** Calls an OpenAI-compatible API. It does not retry: the job does, and one layer is enough. */
export class AiClient {
  private readonly options: AiOptions;
  private readonly agent = new Agent({ connectTimeout: 5000, maxResponseSize: 4 << 20 });

  constructor(options: AiOptions) {
    this.options = options;
  }

  /** The reply's text. Throws the signal's reason when it aborts, else AiError or PermanentError. */
  async complete(messages: ChatMessage[], call: CallOptions): Promise<string> {
    const deadline = AbortSignal.timeout(this.options.timeoutMs);
    try {
      const { status, text } = await this.post(messages, call, deadline);
      if (permanentStatuses.includes(status)) throw new PermanentError(refusal(status, text));
      if (status < 200 || status > 299) throw new AiError(refusal(status, text));
      return contentOf(text);
    } catch (error) {
      call.signal.throwIfAborted();
      if (deadline.aborted) {
        throw new AiError(`The AI API did not answer within ${this.options.timeoutMs} ms`);
      }
      if (error instanceof PermanentError || error instanceof AiError) throw error;
      throw new AiError(`The AI API could not be reached: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async post(messages: ChatMessage[], call: CallOptions, deadline: AbortSignal) {
    const { baseUrl, apiKey, model } = this.options;
    const { statusCode, body } = await request(`${baseUrl}/chat/completions`, {
      method: 'POST',
      dispatcher: this.agent,
      signal: AbortSignal.any([call.signal, deadline]),
      headersTimeout: 0,
      bodyTimeout: 0,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': call.idempotencyKey,
        traceparent: call.traceparent,
        ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
      },
      body: JSON.stringify({ model, messages }),
    });
    return { status: statusCode, text: await body.text() };
  }
}

const refusal = (status: number, text: string) =>
  `The AI API answered ${status}: ${text.slice(0, 200)}`;

function contentOf(text: string) {
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch {
    throw new AiError('The AI API answered something that is not JSON');
  }
  const result = completion.safeParse(reply);
  const content = result.data?.choices[0]?.message.content;
  if (content === undefined) throw new AiError('The AI API answered without choices[0].message');
  return content;
}
