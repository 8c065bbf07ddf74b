import { Agent, request } from 'undici';

export interface Answer {
  status: number;
  text: string;
  /** What a Retry-After of the answer asks for. */
  retryAfterMs: number | undefined;
}

export interface Post {
  headers: Record<string, string>;
  body: string;
  /** Of the Dependency's call: the only timeout there is. */
  signal: AbortSignal;
}

const maxAnswerBytes = 4 << 20;

/** HTTP for the work of a Dependency: it keeps connections and bounds answers. */
export class HttpClient {
  private readonly agent = new Agent({
    connectTimeout: 5000,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: maxAnswerBytes,
  });

  /** Whatever the status. Throws undici's error when there is no answer, or too much of it. */
  async post(url: string, { headers, body, signal }: Post): Promise<Answer> {
    const options = { method: 'POST', dispatcher: this.agent, headers, body, signal } as const;
    const answer = await request(url, options);
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

/** Of a Retry-After in seconds or as an HTTP date. */
function retryAfterMs(header: string | string[] | undefined) {
  const text = String(header ?? '');
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
