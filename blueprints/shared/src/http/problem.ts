import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { escapeToken } from '../text.ts';

/** What is wrong with one place of a request: a field of the body by its JSON pointer (as a URI
 *  fragment, as RFC 9457 shows it), a parameter of the query or a header by its name. */
export type Fault =
  | { pointer: string; detail: string }
  | { parameter: string; detail: string }
  | { header: string; detail: string };

export const mediaType = 'application/problem+json';

// Node still has the older names of these two.
const titles: Record<number, string | undefined> = {
  ...STATUS_CODES,
  413: 'Content Too Large',
  422: 'Unprocessable Content',
};

/** An answer of RFC 9457: throw it anywhere under a request. */
export class Problem extends Error {
  override name = 'Problem';
  readonly statusCode: number;
  readonly faults: Fault[];
  readonly headers: Record<string, string>;

  constructor(
    statusCode: number,
    detail: string,
    { faults = [], headers = {} }: { faults?: Fault[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.statusCode = statusCode;
    this.faults = faults;
    this.headers = headers;
  }

  body() {
    return {
      type: 'about:blank',
      title: titles[this.statusCode] ?? 'Error',
      status: this.statusCode,
      detail: this.message,
      ...(this.faults.length > 0 ? { errors: this.faults } : {}),
    };
  }
}

export const notFound = () => new Problem(404, 'There is nothing here that you may see.');

export const methodNotAllowed = (allowed: Iterable<string>) => {
  const allow = [...allowed].join(', ');
  return new Problem(405, `Here only ${allow} will do.`, { headers: { allow } });
};

export const notJson = () => new Problem(415, 'Send the body as application/json, uncompressed.');

export const unavailable = () =>
  new Problem(503, 'The service cannot do this right now. Try again.', {
    headers: { 'retry-after': '1' },
  });

export type Place = 'body' | 'querystring' | 'params' | 'headers';

/** The issues of a schema as one problem: 422, and 404 for a path that no resource can have. */
export function problemOf(issues: readonly z.core.$ZodIssue[], place: Place): Problem {
  if (place === 'params') return notFound();
  const faults = issues.flatMap((issue) => faultsOf(issue, place));
  return new Problem(422, 'The request does not fit its schema.', { faults });
}

function faultsOf(issue: z.core.$ZodIssue, place: Place): Fault[] {
  // Each unknown field is a fault of its own, at its own place.
  const extra = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
  return extra.map((key) => {
    const path = [...issue.path, ...key];
    const detail = key.length > 0 ? 'There is no such field.' : issue.message;
    if (place === 'querystring') return { parameter: path.join('.'), detail };
    if (place === 'headers') return { header: path.join('.'), detail };
    return { pointer: pointerOf(path), detail };
  });
}

/** A JSON pointer in the form of a URI fragment (RFC 6901, section 6). */
export const pointerOf = (path: PropertyKey[]) =>
  `#${path.map((token) => `/${encodeURIComponent(escapeToken(token))}`).join('')}`;
