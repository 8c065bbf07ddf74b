import { z } from 'zod';
import type { DeadLetter, Job } from '../model.ts';
import { jobTypes } from '../types/index.ts';

export const finished = ({ status }: Job) => ['succeeded', 'dead', 'cancelled'].includes(status);

/** A job as HTTP shows it: an attempt counts while it runs, and when it was the last. */
export function viewOf(job: Job) {
  const current = job.status === 'active' || job.status === 'succeeded' ? 1 : 0;
  return {
    id: job.id,
    type: job.type,
    status: job.status,
    attempts: job.failures + current,
    progress: job.progress,
    created_at: job.created_at.toISOString(),
    started_at: job.started_at?.toISOString() ?? null,
    finished_at: job.finished_at?.toISOString() ?? null,
    ...(job.status === 'succeeded' ? { result: job.result } : {}),
    ...(job.error ? { error: { name: job.error.name, message: job.error.message } } : {}),
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
