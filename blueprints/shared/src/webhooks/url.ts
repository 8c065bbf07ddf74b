import { z } from 'zod';

/** Where a job's end is told, normalized. Whether it may be there depends on the environment and
 *  the tenant: see targets.ts. */
export const webhookUrl = z
  .url({
    protocol: /^https?$/,
    normalize: true,
    error: 'must be a URL that starts with https:// or http://',
  })
  .max(2000)
  .refine((url) => !URL.parse(url)?.username && !URL.parse(url)?.password, {
    error: 'must not hold credentials: webhooks are signed',
  });
