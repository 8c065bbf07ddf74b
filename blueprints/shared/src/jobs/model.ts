export const statuses = ['queued', 'active', 'retrying', 'succeeded', 'dead', 'cancelled'] as const;
export type JobStatus = (typeof statuses)[number];

/** How the database and the broker order the priorities: lower first. */
export const priorities = { high: 1, normal: 2, low: 3 } as const;
export type Priority = keyof typeof priorities;

/** One row of `jobs`, as far as anybody outside may see it. */
export interface Job {
  id: string;
  tenant: string;
  type: string;
  status: JobStatus;
  failures: number;
  progress: number;
  event_seq: number;
  result: unknown;
  error: JobError | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

/** Told of jobs whose events have just been committed. Must not throw. */
export type OnEvents = (jobs: readonly { id: string }[]) => void;

/** One change of a job, and what the job was after it. */
export interface JobEvent {
  job_id: string;
  seq: number;
  type: JobStatus | 'progress';
  failures: number;
  progress: number;
  error: Pick<JobError, 'name' | 'message'> | null;
  at: Date;
  /** What the job has succeeded with. */
  result: unknown;
  /** Whether the job is finished and has no later event. */
  final: boolean;
}

export interface JobError {
  name: string;
  message: string;
  stack: string;
}

export interface NewJob {
  id: string;
  tenant: string;
  type: string;
  /** JSON text. */
  input: string;
  priority: number;
  maxAttempts: number;
  delayMs: number;
  traceparent: string;
  /** Who is told of the end. */
  webhookUrl?: string | undefined;
  idempotency?: { key: string; hash: Buffer; ttlHours: number };
}

/** One run of one job: what a worker holds, and the fence of everything it writes. */
export interface Run {
  id: string;
  run: number;
}

export interface ClaimedJob extends Run {
  tenant: string;
  type: string;
  input: unknown;
  failures: number;
  max_attempts: number;
  traceparent: string;
}

export interface Created {
  id: string;
  created_at: Date;
}

/** The job that an idempotency key was first used for. */
export interface Stored extends Created {
  type: string;
  body_hash: Buffer;
}

/** What became of a run that failed. */
export interface Failed extends Run {
  type: string;
  status: 'retrying' | 'dead';
  failures: number;
  traceparent: string;
}

export interface Failure extends Run {
  error: JobError;
  permanent: boolean;
}

export interface Postponement extends Run {
  delayMs: number;
}

export interface Message extends Run {
  priority: number;
  traceparent: string;
}

export interface DeadLetter {
  id: string;
  tenant: string;
  job_id: string;
  type: string;
  attempts: number;
  error: JobError;
  trace_id: string;
  died_at: Date;
}
