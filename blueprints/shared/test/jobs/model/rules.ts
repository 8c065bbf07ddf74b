import type { JobStatus } from '../../../src/jobs/model.ts';

/** What the protocol says of one job, as plain data: the model that the SQL is held against. */
export interface ModelJob {
  status: JobStatus;
  run: number;
  failures: number;
  maxAttempts: number;
  progress: number;
  /** Where it waits, or that somebody works on it; none when it is finished. */
  place: 'outbox' | 'broker' | 'worker' | 'none';
  /** Due, published long ago, or with a lease that ran out. */
  overdue: boolean;
  started: boolean;
  /** The run that wrote the result. */
  result: number | null;
  error: string | null;
  notifies: boolean;
  events: string[];
  letters: { run: number; attempts: number; replayed: boolean }[];
  deliveries: { run: number; type: string }[];
}

export interface Plan {
  maxAttempts: number;
  notifies: boolean;
  delayed: boolean;
}

export const create = ({ delayed, maxAttempts, notifies }: Plan): ModelJob => ({
  status: 'queued',
  run: 1,
  failures: 0,
  maxAttempts,
  progress: 0,
  place: 'outbox',
  overdue: !delayed,
  started: false,
  result: null,
  error: null,
  notifies,
  events: ['queued'],
  letters: [],
  deliveries: [],
});

// Each rule answers whether it applied, or what became of the job.

export function publish(job: ModelJob) {
  if (job.place !== 'outbox' || !job.overdue) return false;
  return Boolean(Object.assign(job, { place: 'broker', overdue: false }));
}

/** Back into the outbox: the same run, due at once. */
export function putBack(job: ModelJob) {
  if (job.place !== 'broker') return false;
  return Boolean(Object.assign(job, { place: 'outbox', overdue: true }));
}

export function claim(job: ModelJob, run: number) {
  if (!waits(job) || job.run !== run) return false;
  Object.assign(job, { place: 'worker', overdue: false, started: true });
  return become(job, 'active');
}

export function renew(job: ModelJob, run: number) {
  if (holds(job, run)) job.overdue = false;
}

export function progress(job: ModelJob, run: number, percent: number) {
  if (!holds(job, run) || job.progress === percent) return;
  job.progress = percent;
  job.events.push('progress');
}

export function finish(job: ModelJob, run: number) {
  if (!holds(job, run)) return false;
  Object.assign(job, { progress: 100, result: run, error: null });
  return end(job, 'succeeded');
}

export function fail(job: ModelJob, run: number, error: string, permanent = false) {
  if (!holds(job, run)) return null;
  job.failures += 1;
  job.error = error;
  if (permanent || job.failures >= job.maxAttempts) {
    job.letters.push({ run, attempts: job.failures, replayed: false });
    end(job, 'dead');
  } else {
    makeRunnable(job, 'retrying', false);
  }
  return job.status;
}

export const expire = (job: ModelJob, error: string) =>
  job.status === 'active' && job.overdue ? fail(job, job.run, error) : null;

/** Counts no failure. */
export const handBack = (job: ModelJob, run: number, overdue = true) =>
  holds(job, run) && makeRunnable(job, job.failures === 0 ? 'queued' : 'retrying', overdue);

export const cancel = (job: ModelJob) => !isFinal(job) && end(job, 'cancelled');

export function replay(job: ModelJob, run: number) {
  const letter = job.letters.find((letter) => letter.run === run);
  if (!letter || letter.replayed) return false;
  letter.replayed = true;
  Object.assign(job, { failures: 0, progress: 0, started: false, error: null });
  return makeRunnable(job, 'queued', true);
}

export const isFinal = ({ status }: ModelJob) =>
  status === 'succeeded' || status === 'dead' || status === 'cancelled';

const waits = ({ status }: ModelJob) => status === 'queued' || status === 'retrying';
export const holds = (job: ModelJob, run: number) => job.status === 'active' && job.run === run;

function makeRunnable(job: ModelJob, status: JobStatus, overdue: boolean) {
  Object.assign(job, { run: job.run + 1, place: 'outbox', overdue });
  return become(job, status);
}

function end(job: ModelJob, status: JobStatus) {
  Object.assign(job, { place: 'none', overdue: false });
  if (job.notifies) job.deliveries.push({ run: job.run, type: `job.${status}` });
  return become(job, status);
}

function become(job: ModelJob, status: JobStatus) {
  job.status = status;
  job.events.push(status);
  return true;
}
