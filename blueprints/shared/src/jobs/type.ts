import type { z } from 'zod';
import { checkDeadline } from '../deadline.ts';
import type { Logger } from '../logger.ts';

/** What a handler gets besides its input. */
export interface Context {
  /** Also the idempotency key of calls to the outside. */
  jobId: string;
  /** W3C trace context, to send along. */
  traceparent: string;
  /** 1, and one more for each failure before. */
  attempt: number;
  /** Aborts when the job is cancelled, its deadline is over, its lease is lost or the worker stops:
   *  pass it on. */
  signal: AbortSignal;
  log: Logger;
  /** Tells who asks how far the job is, in percent. */
  progress: (percent: number) => Promise<void>;
}

export interface JobType<
  Input extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  /** 1 to 100 visible ASCII characters. */
  name: string;
  description: string;
  input: Input;
  result: Result;
  /** How long a handler may take, in ms (1 to 2³¹−1): then its signal aborts and the run counts as failed. */
  deadlineMs: number;
  /** Default: JOB_MAX_ATTEMPTS. */
  maxAttempts?: number;
}

/** What a worker does with a job of its type. A PermanentError is not retried; with a CallRefused
 *  (src/outgoing/errors.ts) the job is postponed and counts no failure. */
export type Handler<Type extends JobType> = (
  input: z.output<Type['input']>,
  context: Context,
) => Promise<z.input<Type['result']>>;

export interface JobHandler {
  type: JobType;
  handle: (input: never, context: Context) => Promise<unknown>;
}

/** Keeps the types of input and result while they are written. Throws RangeError for what is no
 *  deadline. */
export function defineType<Input extends z.ZodType, Result extends z.ZodType>(
  type: JobType<Input, Result>,
): JobType<Input, Result> {
  checkDeadline(`The job type ${type.name}`, type.deadlineMs);
  return type;
}

export const defineHandler = <Type extends JobType>(
  type: Type,
  handle: Handler<Type>,
): JobHandler => ({ type, handle });
