import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { sizing } from '../sizing.ts';
import { count } from '../variables.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Standard Webhooks' own: ten attempts within 76 hours. */
const standardSchedule = [
  5000,
  5 * minuteMs,
  30 * minuteMs,
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * hourMs),
];

const commaList = (text: string) => text.split(',').map((item) => item.trim());

const cidr = z
  .string()
  .refine(
    (text) => ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text),
    'must be an address block such as 10.0.0.0/8 or fd00::/8',
  )
  .transform((text) => ipaddr.parseCIDR(text));

const delay = z.coerce
  .number<string>('must be a list of delays in ms')
  .int()
  .min(1)
  .max(30 * 24 * hourMs);

export const webhookVariables = {
  /** Blocks of private addresses to which webhooks may go nevertheless. */
  WEBHOOK_ALLOW_CIDRS: z.string().transform(commaList).pipe(z.array(cidr)).default([]),
  /** Calls at once in one worker. */
  WEBHOOK_CONCURRENCY: count(sizing.webhook_concurrency, 1000),
  /** The delays between attempts. */
  WEBHOOK_SCHEDULE_MS: z
    .string()
    .transform(commaList)
    .pipe(z.array(delay).max(50))
    .default(standardSchedule),
  /** The deadline of one attempt. */
  WEBHOOK_TIMEOUT_MS: count(15_000, minuteMs),
};
