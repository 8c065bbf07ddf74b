import { z } from 'zod';
import { pageOf, pageQuery } from '../../http/page.ts';
import { webhookUrl } from '../../webhooks/url.ts';
import { type Priority, priorities, statuses } from '../model.ts';
import { jobTypes } from '../types/index.ts';

const maxDelayMs = 30 * 86_400_000;
const priorityNames = Object.keys(priorities) as [Priority, ...Priority[]];
const time = z.iso.datetime();
const visible = (length: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${length}}$`), {
    error: `1 to ${length} visible ASCII characters`,
  });

const fields = {
  webhook: z.strictObject({ url: webhookUrl }).optional(),
  delay_ms: z.int().min(0).max(maxDelayMs).optional(),
  priority: z.enum(priorityNames).optional(),
};

const [first, ...others] = jobTypes.map(({ name, input }) =>
  z.strictObject({ type: z.literal(name), input, ...fields }),
);
if (!first) throw new Error('There is no job type');

export const newJob = z.discriminatedUnion('type', [first, ...others]);

/** Other headers are let through. */
export const submitHeaders = z.looseObject({
  'idempotency-key': visible(255).optional(),
});

export const resumeHeaders = z.looseObject({
  'last-event-id': z
    .string()
    .regex(/^\d{1,9}$/, 'The id of an event of this job')
    .transform(Number)
    .optional(),
});

export const pollHeaders = z.looseObject({ 'if-none-match': z.string().optional() });
export const nothing = z.undefined();

export const job = z
  .object({
    id: z.uuid(),
    type: z.string(),
    status: z.enum(statuses),
    attempts: z.int().min(0),
    progress: z.int().min(0).max(100),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    result: z.unknown().optional(),
    error: z.object({ name: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: 'Job' });

/** One of the server-sent events that a stream is made of; what is sent is the stream. */
export const jobEvent: z.ZodType<unknown> = z
  .object({
    id: z.string().describe("The event's number in its job: 1, 2, 3"),
    event: z.enum([...statuses, 'progress']),
    data: z
      .string()
      .describe(
        'JSON: status, attempts, progress and at, with error (retrying, dead) or result (succeeded)',
      ),
  })
  .meta({ id: 'JobEvent' });
export const jobPage = pageOf(job);
export const jobQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(statuses).optional(),
  type: visible(100).optional(),
});

export const deadLetter = z
  .object({
    id: z.uuid(),
    job_id: z.uuid(),
    type: z.string(),
    attempts: z.int(),
    error: z.object({ name: z.string(), message: z.string(), stack: z.string() }),
    trace_id: z.string(),
    died_at: time,
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterPage = pageOf(deadLetter);
export const deadLetterQuery = z.strictObject(pageQuery);

export const byId = z.object({ id: z.uuid() });

export const jobTypePage = pageOf(
  z.object({
    type: z.string(),
    description: z.string(),
    input: z.record(z.string(), z.unknown()).describe('JSON Schema of the input'),
  }),
);
