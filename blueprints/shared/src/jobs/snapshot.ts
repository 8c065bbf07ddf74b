import { viewOf } from './http/view.ts';
import type { Job } from './model.ts';

/** A job's row as JSON, when it ended. */
export interface Snapshot extends Omit<Job, 'created_at' | 'started_at' | 'finished_at'> {
  traceparent: string;
  created_at: string;
  started_at: string | null;
  finished_at: string;
}

/** As HTTP shows it. */
export const viewOfSnapshot = (job: Snapshot) =>
  viewOf({
    ...job,
    created_at: new Date(job.created_at),
    started_at: job.started_at === null ? null : new Date(job.started_at),
    finished_at: new Date(job.finished_at),
  });
