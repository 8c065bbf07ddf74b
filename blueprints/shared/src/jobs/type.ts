import type { z } from 'zod';
import type { Logger } from '../logger.ts';

/** What a handler gets besides its input. */
export interface Context {
  /** Also the idempotency key of calls to the outside. */
  jobId: string;
  /** W3C trace context, to send along. */
  traceparent: string;
  /** Aborts when the job is cancelled, its lease is lost or the worker stops: pass it on. */
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
  /** Default: JOB_MAX_ATTEMPTS. */
  maxAttempts?: number;
}

/** What a worker does with a job of its type; a PermanentError is not retried. */
export type Handler<Type extends JobType> = (
  input: z.output<Type['input']>,
  context: Context,
) => Promise<z.input<Type['result']>>;

export interface JobHandler {
  type: JobType;
  handle: (input: never, context: Context) => Promise<unknown>;
}

/** Keeps the types of input and result while they are written. */
export const defineType = <Input extends z.ZodType, Result extends z.ZodType>(
  type: JobType<Input, Result>,
) => type;

export const defineHandler = <Type extends JobType>(
  type: Type,
  handle: Handler<Type>,
): JobHandler => ({ type, handle });
