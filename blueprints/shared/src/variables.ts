import { z } from 'zod';

// What environment variables are made of.

export const count = (fallback: number, max: number) =>
  z.coerce.number().int().min(1).max(max).default(fallback);

/** Like a count, and none is allowed. */
export const amount = (fallback: number, max: number) =>
  z.coerce.number().int().min(0).max(max).default(fallback);

export const port = (fallback: number) =>
  z.coerce.number().int().min(0).max(65535).default(fallback);

export const url = (...protocols: string[]) =>
  z.url({
    protocol: new RegExp(`^(${protocols.join('|')})$`),
    error: (issue) =>
      issue.input === undefined
        ? 'is missing'
        : `must be a URL that starts with ${protocols.map((p) => `${p}://`).join(' or ')}`,
  });
