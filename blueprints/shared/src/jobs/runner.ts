import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { isUnavailable } from '../database/unavailable.ts';
import { withDeadline } from '../deadline.ts';
import type { Logger } from '../logger.ts';
import type { JobMetrics } from '../ops/metrics.ts';
import { unstorable } from '../text.ts';
import { traceIdOf } from '../trace.ts';
import { activeTraceparent, inSpan } from '../tracing/spans.ts';
import { AbortReason, describe, PermanentError, Postponed } from './failures.ts';
import type { Leases } from './leases.ts';
import type { ClaimedJob, Run } from './model.ts';
import type { JobStore } from './store.ts';
import { recordFailure, startRun } from './tracing.ts';
import type { JobHandler } from './type.ts';

/** While a release rolls out, workers of the one before meet its new types. */
const unknownTypeMs = 10_000;

export interface RunnerOptions {
  store: JobStore;
  leases: Leases;
  handlers: JobHandler[];
  metrics: JobMetrics;
  log: Logger;
}

/** Takes one run from its message to its end. */
export class Runner {
  private readonly options: RunnerOptions;
  private readonly handlers: Map<string, JobHandler>;

  constructor(options: RunnerOptions) {
    this.options = options;
    this.handlers = new Map(options.handlers.map((handler) => [handler.type.name, handler]));
  }

  async run(message: Run): Promise<void> {
    const job = await this.options.store.claim(message);
    if (job) await this.work(job);
  }

  /** Takes a claimed job to its end. Rejects only if that end cannot be written. */
  async work(job: ClaimedJob): Promise<void> {
    using lease = this.options.leases.hold(job);
    const trace_id = traceIdOf(job.traceparent);
    const log = this.options.log.child({ job_id: job.id, run: job.run, type: job.type, trace_id });
    const startedAt = performance.now();
    log.debug('job started');
    const span = startRun(job);
    try {
      const status = await inSpan(span, () => this.settle(job, lease.signal, log));
      span?.setAttribute('job.status', status);
      this.options.metrics.settled(job.type, status, (performance.now() - startedAt) / 1000);
      log.info({ status }, 'job settled');
    } finally {
      span?.end();
    }
  }

  private async settle(job: ClaimedJob, signal: AbortSignal, log: Logger): Promise<string> {
    try {
      const result = await this.handle(job, signal, log);
      const done = await persist(() => this.options.store.finish(job, result), signal);
      return done ? 'succeeded' : 'fenced';
    } catch (error) {
      if (signal.aborted) return this.giveUp(job, signal.reason, log);
      if (error instanceof Postponed) return this.postpone(job, error, signal, log);
      return this.fail(job, error, signal, log);
    }
  }

  private async handle(job: ClaimedJob, signal: AbortSignal, log: Logger) {
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
    const deadline = { ms: handler.type.deadlineMs, of: `The handler of ${job.type}`, signal };
    const result = await withDeadline(deadline, (signal) =>
      handler.handle(input.data as never, { ...context, signal }),
    );
    return storableResult(handler, result);
  }

  private async fail(job: ClaimedJob, error: unknown, signal: AbortSignal, log: Logger) {
    const permanent = error instanceof PermanentError;
    log.warn({ err: error, permanent }, 'job failed');
    recordFailure(error);
    const failure = { id: job.id, run: job.run, error: describe(error), permanent };
    const write = async () => (await this.options.store.fail(failure))?.status ?? 'fenced';
    return this.record(job, write, signal, log);
  }

  /** Nothing was tried, so nothing failed. Jitter keeps those that wait together from coming back
   *  together. */
  private async postpone(job: ClaimedJob, reason: Postponed, signal: AbortSignal, log: Logger) {
    const delayMs = reason.retryAfterMs * (1 + Math.random());
    log.info({ delay_ms: Math.round(delayMs) }, reason.message);
    const write = async () =>
      (await this.options.store.postpone({ id: job.id, run: job.run, delayMs }))
        ? 'postponed'
        : 'fenced';
    return this.record(job, write, signal, log);
  }

  private async record(
    job: ClaimedJob,
    write: () => Promise<string>,
    signal: AbortSignal,
    log: Logger,
  ) {
    try {
      return await persist(write, signal);
    } catch (unwritten) {
      if (signal.aborted) return this.giveUp(job, signal.reason, log);
      throw unwritten;
    }
  }

  private async giveUp(job: ClaimedJob, reason: unknown, log: Logger) {
    if (!(reason instanceof AbortReason) || reason.kind !== 'shutdown') return 'lost';
    await this.options.store.handBack([job]).catch((error) => {
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
