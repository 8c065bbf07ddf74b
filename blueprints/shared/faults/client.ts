import { type Agent, request } from 'undici';

export interface Answer {
  /** 0: there was none; `error` tells why. */
  status: number;
  error?: string;
  text: string;
  retryAfter: string | undefined;
  /** When it was asked, on the clock of performance.now(). */
  at: number;
  ms: number;
}

interface Asked {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: string;
  idempotencyKey?: string | undefined;
}

export interface ClientOptions {
  base: string;
  key: string;
  agent: Agent;
  /** Called with the id of each job that was answered with 202. */
  accepted: (id: string) => void;
}

/** One caller of the service. It never throws: a fault's answer is an answer. */
export class Client {
  readonly base: string;
  private readonly options: ClientOptions;

  constructor(options: ClientOptions) {
    this.options = options;
    this.base = options.base;
  }

  async ask(path: string, { method = 'GET', body, idempotencyKey }: Asked = {}): Promise<Answer> {
    const at = performance.now();
    const answer = { at, retryAfter: undefined };
    const ms = () => performance.now() - at;
    try {
      const response = await request(`${this.options.base}${path}`, {
        method,
        dispatcher: this.options.agent,
        headers: {
          authorization: `Bearer ${this.options.key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        },
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.body.text();
      const retryAfter = response.headers['retry-after']?.toString();
      return { ...answer, status: response.statusCode, text, retryAfter, ms: ms() };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { ...answer, status: 0, error: code ?? message, text: '', ms: ms() };
    }
  }

  async submit(text: string, idempotencyKey?: string): Promise<Answer & { id: string }> {
    const body = JSON.stringify({ type: 'summarize', input: { text } });
    const answer = await this.ask('/v1/jobs', { method: 'POST', body, idempotencyKey });
    const id = answer.status === 202 ? String(JSON.parse(answer.text).id) : '';
    if (id) this.options.accepted(id);
    return { ...answer, id };
  }

  /** So many submissions, `abreast` of them at once. */
  async submitMany(
    count: number,
    text: string,
    abreast = 32,
  ): Promise<(Answer & { id: string })[]> {
    const answers: (Answer & { id: string })[] = [];
    let left = count;
    const submitter = async () => {
      while (left > 0) {
        left -= 1;
        answers.push(await this.submit(text));
      }
    };
    await Promise.all(Array.from({ length: abreast }, submitter));
    return answers;
  }

  /** What comes of a job's events after one of them, until the stream ends or breaks. */
  async events(id: string, after: number): Promise<{ seq: number; type: string }[]> {
    let text = '';
    try {
      const { body } = await request(`${this.base}/v1/jobs/${id}/events`, {
        dispatcher: this.options.agent,
        headers: {
          authorization: `Bearer ${this.options.key}`,
          ...(after > 0 ? { 'last-event-id': String(after) } : {}),
        },
      });
      for await (const chunk of body) text += chunk;
    } catch {
      // A frame that is not whole does not count.
    }
    const frames = text.matchAll(/^id: (\d+)\nevent: (.+)\ndata: .*\n\n/gm);
    return [...frames].map(([, seq, type = '']) => ({ seq: Number(seq), type }));
  }
}
