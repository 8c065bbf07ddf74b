import { setTimeout as sleep } from 'node:timers/promises';
import type { Span } from '@opentelemetry/api';
import type { z } from 'zod';
import { isUnavailable } from '../database/unavailable.ts';
import { withDeadline } from '../deadline.ts';
import type { Logger } from '../logger.ts';
import type { JobMetrics } from '../ops/metrics.ts';
import { unstorable } from '../text.ts';
import { traceIdOf } from '../trace.ts';
import { activeTraceparent, inSpan } from '../tracing/spans.ts';
import { AbortReason, describe, PermanentError, Postponed } from './failures.ts';
import type { Lease, Leases } from './leases.ts';
import type { ClaimedJob, Run } from './model.ts';
import type { JobStore } from './store.ts';
import { recordFailure, startRun } from './tracing.ts';
import type { JobHandler } from './type.ts';

/** While a release rolls out, workers of the one before meet its new types. */
const unknownTypeMs = 10_000;

/** Ends that may be under way to the database beside the runs in their handlers: some for each slot, and
 *  no more than leave together. */
const mostEndings = (slots: number) => Math.min(4 * slots, 200);

export interface RunnerOptions {
  store: JobStore;
  leases: Leases;
  handlers: JobHandler[];
  metrics: JobMetrics;
  /** As many as the transport gives it at once. */
  slots: number;
  log: Logger;
}

/** A run under way. */
interface Attempt {
  job: ClaimedJob;
  lease: Lease;
  log: Logger;
  span: Span | undefined;
  startedAt: number;
}

/** Takes runs from their messages to their ends. A run has a slot until its handler is done: the next
 *  one does not wait for its end to be written, unless many are under way. */
export class Runner {
  private readonly options: RunnerOptions;
  private readonly handlers: Map<string, JobHandler>;
  private readonly ending = new Set<Promise<void>>();
  private working = 0;

  constructor(options: RunnerOptions) {
    this.options = options;
    this.handlers = new Map(options.handlers.map((handler) => [handler.type.name, handler]));
  }

  /** Slots in use. */
  get busy(): number {
    return this.working;
  }

  /** Resolves when its slot is free; rejects if it could not be claimed. */
  async run(message: Run): Promise<void> {
    const job = await this.options.store.claim(message);
    if (job) await this.work(job);
  }

  /** Resolves when the claimed job's slot is free. */
  async work(job: ClaimedJob): Promise<void> {
    const attempt = this.begin(job);
    this.working += 1;
    const outcome = inSpan(attempt.span, () => this.handle(attempt));
    await outcome.catch(() => {});
    const end = this.end(attempt, outcome);
    this.ending.add(end);
    void end.then(() => this.ending.delete(end));
    if (this.ending.size > mostEndings(this.options.slots)) await end;
    this.working -= 1;
  }

  /** Resolves when the ends of all runs that were handled are written. */
  async settled(): Promise<void> {
    await Promise.all(this.ending);
  }

  private begin(job: ClaimedJob): Attempt {
    const trace_id = traceIdOf(job.traceparent);
    const log = this.options.log.child({ job_id: job.id, run: job.run, type: job.type, trace_id });
    log.debug('job started');
    const span = startRun(job);
    const lease = this.options.leases.hold(job);
    return { job, lease, log, span, startedAt: performance.now() };
  }

  /** Never rejects. */
  private async end(attempt: Attempt, outcome: Promise<unknown>): Promise<void> {
    const { job, lease, log, span, startedAt } = attempt;
    const seconds = (performance.now() - startedAt) / 1000;
    try {
      const status = await inSpan(span, () => this.settle(attempt, outcome));
      span?.setAttribute('job.status', status);
      this.options.metrics.settled(job.type, status, seconds);
      log.info({ status }, 'job settled');
    } catch (error) {
      // The lease runs out, and another worker takes the job.
      log.error({ err: error }, 'job not settled');
    } finally {
      span?.end();
      lease[Symbol.dispose]();
    }
  }

  private async settle(attempt: Attempt, outcome: Promise<unknown>): Promise<string> {
    const { job, lease } = attempt;
    try {
      const result = await outcome;
      const done = await persist(() => this.options.store.finish(job, result), lease.signal);
      return done ? 'succeeded' : 'fenced';
    } catch (error) {
      if (lease.signal.aborted) return this.giveUp(attempt);
      if (error instanceof Postponed) return this.postpone(attempt, error);
      return this.fail(attempt, error);
    }
  }

  private async handle({ job, lease, log }: Attempt) {
    const handler = this.handlers.get(job.type);
    if (!handler) throw new Postponed(`This worker has no handler of ${job.type}`, unknownTypeMs);
    const input = handler.type.input.safeParse(job.input);
    if (!input.success) throw misfit('input', input.error);
    const { id, run, failures } = job;
    const traceparent = activeTraceparent() ?? job.traceparent;
    // Nobody fails over a progress that could not be written.
    const progress = async (percent: number) => {
      const whole = Math.round(Math.min(100, Math.max(0, percent)));
      await this.options.store.progress({ id, run }, whole).catch((error) => {
        log.warn({ err: error }, 'progress not written');
      });
    };
    const context = { jobId: id, traceparent, attempt: failures + 1, log, progress };
    const { deadlineMs: ms } = handler.type;
    const deadline = { ms, of: `The handler of ${job.type}`, signal: lease.signal };
    const result = await withDeadline(deadline, (signal) =>
      handler.handle(input.data as never, { ...context, signal }),
    );
    return storableResult(handler, result);
  }

  private async fail(attempt: Attempt, error: unknown) {
    const { job, log } = attempt;
    const permanent = error instanceof PermanentError;
    log.warn({ err: error, permanent }, 'job failed');
    recordFailure(error);
    const failure = { id: job.id, run: job.run, error: describe(error), permanent };
    const write = async () => (await this.options.store.fail(failure))?.status ?? 'fenced';
    return this.record(attempt, write);
  }

  /** Nothing was tried, so nothing failed. Jitter keeps those that wait together from coming back
   *  together. */
  private async postpone(attempt: Attempt, reason: Postponed) {
    const { id, run } = attempt.job;
    const delayMs = reason.retryAfterMs * (1 + Math.random());
    attempt.log.info({ delay_ms: Math.round(delayMs) }, reason.message);
    const write = async () =>
      (await this.options.store.postpone({ id, run, delayMs })) ? 'postponed' : 'fenced';
    return this.record(attempt, write);
  }

  private async record(attempt: Attempt, write: () => Promise<string>) {
    const { signal } = attempt.lease;
    try {
      return await persist(write, signal);
    } catch (unwritten) {
      if (signal.aborted) return this.giveUp(attempt);
      throw unwritten;
    }
  }

  private async giveUp({ job, lease, log }: Attempt) {
    const { reason } = lease.signal;
    if (!(reason instanceof AbortReason) || reason.kind !== 'shutdown') return 'lost';
    await this.options.store.handBack(job).catch((error) => {
      log.warn({ err: error }, 'not handed back; the lease will run out');
    });
    return 'handed_back';
  }
}

function storableResult({ type }: JobHandler, result: unknown) {
  const parsed = type.result.safeParse(result);
  if (!parsed.success) throw misfit('result', parsed.error);
  const [place] = unstorable(parsed.data);
  if (place !== undefined) throw new Error(`The result has NUL or half a character at "${place}"`);
  return parsed.data;
}

/** Names the first place that does not fit, not what stands there. */
function misfit(what: string, cause: z.ZodError) {
  const [issue] = cause.issues;
  const at = `"${issue?.path.map(String).join('.')}"`;
  return new PermanentError(`The ${what} does not fit its type at ${at}: ${issue?.message}`, {
    cause,
  });
}

/** Work that is done is worth waiting for the database, as long as the lease is ours. */
async function persist<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await write();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await sleep(200 + 200 * Math.random(), undefined, { signal });
    }
  }
}
