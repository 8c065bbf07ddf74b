import { z } from 'zod';
import { pageOf, pageQuery } from '../../http/page.ts';

/** RFC 3339's full-date, in UTC. */
export const day = z.iso
  .date()
  .refine((day) => day >= '1970-01-01', 'There is no usage before 1970.');

const usage = z
  .object({
    key: z.string().describe('A day in UTC or a type, as group_by says'),
    jobs: z.int().describe('Jobs that ended: succeeded, dead or cancelled'),
    succeeded: z.int(),
    dead: z.int(),
    seconds: z.number().describe('From start to end, of all of them'),
  })
  .meta({ id: 'Usage' });

export const usagePage = pageOf(usage);
export const usageQuery = z.strictObject({
  ...pageQuery,
  from: day.optional().describe('First day (default: 30 days before `to`)'),
  to: day.optional().describe('Day after the last (default: tomorrow)'),
  group_by: z.enum(['day', 'type']).default('day'),
});
