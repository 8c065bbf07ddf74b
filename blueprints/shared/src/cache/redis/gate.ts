import type { Logger } from '../../logger.ts';

export interface GateOptions {
  /** How long an operation may take. */
  deadlineMs: number;
  /** Between two probes of what failed. */
  pauseMs: number;
  probe: () => Promise<unknown>;
  failed: () => void;
  log: Logger;
}

/** Keeps a Redis that is down, hung or slow from costing anything: an operation that fails or is late
 *  closes the gate for all, and a probe in the background opens it. */
export class Gate {
  private readonly options: GateOptions;
  private open = true;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: GateOptions) {
    this.options = options;
  }

  /** Undefined when the operation failed or was not tried. `late` gets a reply past the deadline. */
  async pass<Reply>(
    operation: () => Promise<Reply>,
    late: (reply: Reply) => void = () => {},
  ): Promise<Reply | undefined> {
    if (!this.open) return undefined;
    const reply = operation();
    try {
      return await within(this.options.deadlineMs, reply);
    } catch (error) {
      reply.then(late, () => {});
      this.fail(error);
      return undefined;
    }
  }

  stop(): void {
    this.open = false;
    clearTimeout(this.timer);
  }

  private fail(error: unknown) {
    this.options.failed();
    if (!this.open) return;
    this.open = false;
    this.options.log.warn({ err: error }, 'the shared cache fails; going on without it');
    this.probeLater();
  }

  private probeLater() {
    this.timer = setTimeout(() => void this.probe(), this.options.pauseMs).unref();
  }

  private async probe() {
    const { deadlineMs, probe, failed, log } = this.options;
    try {
      await within(deadlineMs, probe());
      this.open = true;
      log.info('the shared cache is back');
    } catch {
      failed();
      this.probeLater();
    }
  }
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // Replies that came while this process was busy are read between timers and immediates.
    const expire = () => setImmediate(() => reject(new Error(`no reply within ${ms} ms`)));
    const timer = setTimeout(expire, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
