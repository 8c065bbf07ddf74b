import { z } from 'zod';

/** What the OpenAPI document says of an answer besides its body. */
export interface Answer {
  description: string;
  headers?: Record<string, Header>;
}

/** By status. */
export type Answers = Record<number, Answer>;

interface Header {
  type: 'string' | 'integer';
  description: string;
}

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional(),
          parameter: z.string().optional(),
          header: z.string().optional(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

export const retryAfter: Record<string, Header> = {
  'Retry-After': { type: 'integer', description: 'Seconds after which to ask again' },
};

const challenge: Record<string, Header> = {
  'WWW-Authenticate': { type: 'string', description: 'Bearer' },
};

/** What a route reads of a request. */
export interface Reads {
  security?: unknown;
  params?: unknown;
  querystring?: unknown;
  body?: unknown;
}

/** How any route that reads this may refuse a request. */
export const refusals = ({ security, params, querystring, body }: Reads): Answers => ({
  ...when(params || body, { 400: { description: 'Path or body cannot be read' } }),
  ...when(security, {
    401: { description: 'The API key is missing, unknown or revoked', headers: challenge },
    403: { description: 'The API key lacks the scope' },
    429: { description: 'The tenant makes more requests than it may', headers: retryAfter },
  }),
  ...when(params, { 404: { description: 'There is nothing here that the caller may see' } }),
  ...when(body, {
    413: { description: 'The body is too large' },
    415: { description: 'The body is not JSON by its Content-Type, or compressed' },
  }),
  ...when(querystring || body, { 422: { description: 'The request does not fit its schema' } }),
  500: { description: 'The service failed' },
  503: { description: 'The service cannot do this right now', headers: retryAfter },
});

const when = (read: unknown, answers: Answers) => (read ? answers : {});
