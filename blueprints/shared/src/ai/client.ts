import { z } from 'zod';
import { PermanentError } from '../jobs/failures.ts';
import type { Dependency } from '../outgoing/dependency.ts';
import { CallFailed } from '../outgoing/errors.ts';
import { HttpClient } from '../outgoing/http.ts';
import { activeSpan } from '../tracing/spans.ts';

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

const failure = z.object({ error: z.object({ code: z.unknown(), type: z.unknown() }) });

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
      activeSpan()?.setAttributes({
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': this.options.model,
      });
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
      ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
    };
    const body = JSON.stringify({ model, messages });
    try {
      const { signal, traceparent } = call;
      const request = { headers, body, signal, traceparent };
      return await this.http.post(`${baseUrl}/chat/completions`, request);
    } catch (cause) {
      throw new AiError('The AI API could not be reached', { cause });
    }
  }
}

// A message reaches the tenant and its webhooks. Why the API refused, and where it is, is for the log.
const refusal = (status: number) => `The AI API answered ${status}`;

/** The code of an error, such as invalid_api_key. What it says in words may quote the key or the
 *  tenant's text. */
function saying(text: string): ErrorOptions {
  const result = failure.safeParse(parse(text));
  const { code, type } = result.data?.error ?? {};
  const why = [code, type].find((word) => typeof word === 'string' && /^[a-z_]{1,64}$/.test(word));
  return why === undefined ? {} : { cause: new Error(String(why)) };
}

function contentOf(text: string) {
  const reply = parse(text);
  if (reply === undefined) throw new AiError('The AI API answered something that is not JSON');
  const result = completion.safeParse(reply);
  const content = result.data?.choices[0]?.message.content;
  if (content === undefined) throw new AiError('The AI API answered without choices[0].message');
  return content;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
