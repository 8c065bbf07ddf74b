import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from '../auth/authenticator.ts';
import { mediaType, methodNotAllowed, Problem } from '../http/problem.ts';
import type { Page } from '../ops/page.ts';
import type { Board } from './board.ts';

const reading = ['GET', 'HEAD'];
/** Asked for it, browsers ask for the key as a password. */
const challenge = 'Basic realm="API key with the scope admin as password", charset="UTF-8"';

/** The queue's dashboard, for those who have a key with the scope `admin`. It is there to be looked at:
 *  the jobs are Postgres', and what is done to a message past them is undone or lost. So only what
 *  reads gets through, which no other site can misuse either. */
export class BoardPage implements Page {
  readonly path = '/board';
  private readonly authenticator: Authenticator;
  private readonly load: (path: string) => Promise<Board>;
  private board: Promise<Board> | undefined;

  constructor(authenticator: Authenticator, load: (path: string) => Promise<Board>) {
    this.authenticator = authenticator;
    this.load = load;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.admit(request);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      answer(response, error);
      return;
    }
    const board = await this.loaded();
    board.handle(request, response);
  }

  async close(): Promise<void> {
    const board = await this.board?.catch(() => undefined);
    await board?.close();
  }

  private async admit({ method = '', headers }: IncomingMessage) {
    await this.authenticator.authenticate(asBearer(headers.authorization), 'admin');
    if (!reading.includes(method)) throw methodNotAllowed(reading);
  }

  /** What failed to load, since Redis was away, is loaded again. */
  private loaded() {
    this.board ??= this.load(this.path).catch((error) => {
      this.board = undefined;
      throw error;
    });
    return this.board;
  }
}

/** Basic's password is the key, whatever the name before it. */
function asBearer(authorization: string | undefined) {
  const basic = /^Basic +(\S{1,1000})$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return authorization;
  const pair = Buffer.from(basic, 'base64').toString();
  return `Bearer ${pair.slice(pair.indexOf(':') + 1)}`;
}

function answer(response: ServerResponse, problem: Problem) {
  const asked = problem.statusCode === 401 ? { 'www-authenticate': challenge } : {};
  const headers = { ...problem.headers, ...asked, 'content-type': mediaType };
  response.writeHead(problem.statusCode, headers).end(JSON.stringify(problem.body()));
}
