import { z } from 'zod';
import { PermanentError } from '../jobs/failures.ts';
import type { Dependency } from '../outgoing/dependency.ts';
import { CallFailed } from '../outgoing/errors.ts';
import { HttpClient } from '../outgoing/http.ts';

export interface AiOptions {
  /** With /v1. */
  baseUrl: string;
  apiKey: string;
  model: string;
}

export interface ChatMessage {
  role: 'system' | 'user';
  content: string;
}

export interface CallOptions {
  idempotencyKey: string;
  traceparent: string;
  signal: AbortSignal;
  /** Whether the job was tried before. */
  retry: boolean;
}

/** A wrong reply, or none: another try may get a right one. */
export class AiError extends CallFailed {
  override name = 'AiError';
}

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().min(1) }) })).min(1),
});

const permanentStatuses = [400, 401, 403];

/** Calls an OpenAI-compatible API, through its Dependency. */
export class AiClient {
  private readonly options: AiOptions;
  private readonly api: Dependency;
  private readonly http = new HttpClient();

  constructor(options: AiOptions, api: Dependency) {
    this.options = options;
    this.api = api;
  }

  /** The reply's text. Throws AiError or PermanentError, and what Dependency.call throws. */
  complete(messages: ChatMessage[], call: CallOptions): Promise<string> {
    return this.api.call(async (signal) => {
      const { status, text, retryAfterMs } = await this.post(messages, { ...call, signal });
      if (permanentStatuses.includes(status))
        throw new PermanentError(refusal(status), saying(text));
      if (status < 200 || status > 299) {
        throw new AiError(refusal(status), { ...saying(text), retryAfterMs });
      }
      return contentOf(text);
    }, call);
  }

  close(): Promise<void> {
    return this.http.close();
  }

  private async post(messages: ChatMessage[], call: CallOptions) {
    const { baseUrl, apiKey, model } = this.options;
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': call.idempotencyKey,
      traceparent: call.traceparent,
      ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
    };
    const body = JSON.stringify({ model, messages });
    try {
      const { signal } = call;
      return await this.http.post(`${baseUrl}/chat/completions`, { headers, body, signal });
    } catch (cause) {
      throw new AiError('The AI API could not be reached', { cause });
    }
  }
}

// A message reaches the tenant and its webhooks. What the API said, and where it is, is for the log.
const refusal = (status: number) => `The AI API answered ${status}`;
const saying = (text: string) => ({ cause: new Error(text.slice(0, 200)) });

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
