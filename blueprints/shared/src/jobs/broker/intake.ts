import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../../logger.ts';
import { traceIdOf } from '../../trace.ts';
import type { Run } from '../model.ts';
import type { Consumer } from '../transport.ts';

export interface MessageData extends Run {
  traceparent: string;
}

/** How soon a message comes back that a worker took and died before it claimed the job. One that comes
 *  back too early is not claimed. */
export const intakeOptions = { lockDuration: 3000, stalledInterval: 1000 };

/** Runs come in through one of BullMQ's workers, which decides nothing about them. */
export class Intake {
  private readonly handle: (run: Run) => Promise<void>;
  private readonly log: Logger;
  private readonly working = new Set<Promise<void>>();

  constructor(handle: (run: Run) => Promise<void>, log: Logger) {
    this.handle = handle;
    this.log = log;
  }

  /** What the worker does with a message. */
  async take(run: Run): Promise<void> {
    const one = this.handle(run);
    this.working.add(one);
    await one.finally(() => this.working.delete(one));
  }

  /** To be told of each from the worker's first moment: what nobody hears BullMQ prints, secrets too. */
  erred(error: Error): void {
    this.log.debug({ err: error }, 'queue worker error');
  }

  /** Only a claim can fail here; the message is gone then, and is found to be lost. */
  failed(message: Job<MessageData> | undefined, error: Error): void {
    const { id: job_id, traceparent = '' } = message?.data ?? {};
    const trace_id = traceIdOf(traceparent);
    this.log.warn({ err: error, job_id, trace_id }, 'message not taken');
  }

  /** The worker's blocking connection ends with what it brings. */
  through(worker: Worker<MessageData>, connection: Redis): Consumer {
    return {
      close: async () => {
        // While Redis is away the worker cannot tell it what it did; nothing depends on that.
        const told = worker.close();
        const done = Promise.allSettled(this.working).then(() => sleep(1000));
        await Promise.race([told, done]);
        connection.disconnect();
        told.catch(() => {});
      },
    };
  }
}
