import { z } from 'zod';
import type { DeadLetter, Job, JobEvent, JobStatus } from '../model.ts';
import { jobTypes } from '../types/index.ts';

export const finished = ({ status }: Job) => ['succeeded', 'dead', 'cancelled'].includes(status);

/** An attempt counts while it runs, and when it was the last. */
const attemptsOf = (status: JobStatus, failures: number) =>
  failures + (status === 'active' || status === 'succeeded' ? 1 : 0);

/** A job as HTTP shows it. */
export function viewOf(job: Job) {
  return {
    id: job.id,
    type: job.type,
    status: job.status,
    attempts: attemptsOf(job.status, job.failures),
    progress: job.progress,
    created_at: job.created_at.toISOString(),
    started_at: job.started_at?.toISOString() ?? null,
    finished_at: job.finished_at?.toISOString() ?? null,
    ...(job.status === 'succeeded' ? { result: job.result } : {}),
    ...(job.error ? { error: { name: job.error.name, message: job.error.message } } : {}),
  };
}

/** An event as HTTP shows it, beside its number and its name. */
export function eventView({ type, failures, progress, at, error, result }: JobEvent) {
  const status = type === 'progress' ? 'active' : type;
  return {
    status,
    attempts: attemptsOf(status, failures),
    progress,
    at: at.toISOString(),
    ...(error ? { error } : {}),
    ...(status === 'succeeded' ? { result } : {}),
  };
}

/** The answer to a creation. It is made of what never changes about a job, so that an idempotency
 *  key gets the same answer again, whatever became of the job. */
export const acceptedView = ({
  id,
  type,
  created_at,
}: Pick<Job, 'id' | 'type' | 'created_at'>) => ({
  id,
  type,
  status: 'queued' as const,
  attempts: 0,
  progress: 0,
  created_at: created_at.toISOString(),
  started_at: null,
  finished_at: null,
});

/** Each visible change draws the next event's number. */
export const etagOf = ({ event_seq }: Job) => `"${event_seq}"`;

/** The answer to a poll, which tells when to poll again unless the job is finished. */
export const pollingHeaders = (job: Job, pollAfterS: number) => ({
  etag: etagOf(job),
  'cache-control': 'private, no-cache',
  vary: 'authorization',
  ...(finished(job) ? {} : { 'retry-after': pollAfterS }),
});

/** Of the one public answer: a CDN may keep it. */
export const publicCache = 'public, s-maxage=60, stale-while-revalidate=300';

export const letterView = ({ tenant: _, died_at, ...letter }: DeadLetter) => ({
  ...letter,
  died_at: died_at.toISOString(),
});

export const jobTypesView = () => ({
  items: jobTypes.map(({ name, description, input }) => ({
    type: name,
    description,
    input: z.toJSONSchema(input, { io: 'input' }) as Record<string, unknown>,
  })),
  next: null,
});
