import type { JobError } from './model.ts';

/** An error that no retry will mend: the job goes straight to the dead letters. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** Nothing was tried, so nothing has failed: the job is put off, for about so long. */
export class Postponed extends Error {
  override name = 'Postponed';
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Why a call in flight was aborted. */
export class AbortReason extends Error {
  override name = 'AbortReason';
  readonly kind: 'lost' | 'shutdown';

  constructor(kind: 'lost' | 'shutdown') {
    super(kind === 'lost' ? 'the job is no longer this worker’s' : 'the worker is shutting down');
    this.kind = kind;
  }
}

/** What is kept of an error: bounded, and free of what Postgres cannot hold in a text. */
export function describe(error: unknown): JobError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    name: storable(name, 200),
    message: storable(message, 2000),
    stack: storable(stack ?? '', 8000),
  };
}

const storable = (text: string, length: number) =>
  text.slice(0, length).replaceAll('\0', '').toWellFormed();
