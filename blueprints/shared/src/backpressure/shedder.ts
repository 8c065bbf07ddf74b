import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import type { Problem } from '../http/problem.ts';
import { firstIdAt } from '../jobs/ids.ts';
import { depths, submitted } from '../ops/statements.ts';
import { QueueWait } from './queue-wait.ts';
import { type Reason, Refusal } from './refusal.ts';

export interface ShedderOptions {
  /** How long a job should wait at most; it sheds from ten times that. */
  jobWaitS: number;
  /** Jobs that may wait or be put off, whatever the throughput: the queue's memory is made for so
   *  many, and while what they call is down nothing else bounds them. */
  maxQueueDepth: number;
  /** Mean delay of the event loop over a second, from which it sheds. */
  maxLoopDelayMs: number;
}

const shedFactor = 10;
const loopResolutionMs = 20;
const longestRetryAfterS = 60;
const longestCountGapMs = 3000;

/** Refuses early what could not be done in time. It decides by the last sample, so that a request
 *  costs nothing. */
export class Shedder {
  private readonly db: Database;
  private readonly options: ShedderOptions;
  private readonly maxWaitS: number;
  private readonly wait: QueueWait;
  private readonly loopDelay = monitorEventLoopDelay({ resolution: loopResolutionMs });
  private loopDelayMs = 0;
  private depth = 0;
  private sampledAt = new Date();
  private nextCountAt = 0;

  constructor(db: Database, options: ShedderOptions, registry: Registry) {
    this.db = db;
    this.options = options;
    this.maxWaitS = shedFactor * options.jobWaitS;
    this.wait = new QueueWait(options.maxQueueDepth / this.maxWaitS);
    this.loopDelay.enable();
    const { wait } = this;
    new Gauge({
      name: 'jobs_estimated_wait_seconds',
      help: 'How long a new job is expected to wait: depth by throughput',
      registers: [registry],
      collect() {
        this.set(wait.seconds);
      },
    });
  }

  get loop() {
    return { name: 'load sample', everyMs: 1000, tick: () => this.turn() };
  }

  /** Why no request should be taken now. */
  get busy(): Problem | undefined {
    if (this.loopDelayMs <= this.options.maxLoopDelayMs) return undefined;
    return shed('event_loop', 'This process has more requests than it can answer.', 1);
  }

  /** Why no job should be taken now. */
  get full(): Problem | undefined {
    const { seconds } = this.wait;
    if (seconds <= this.maxWaitS && this.depth <= this.options.maxQueueDepth) return undefined;
    return shed('queue', 'Too many jobs are waiting.', seconds - this.maxWaitS);
  }

  async sample(): Promise<void> {
    this.sampleLoop();
    const at = new Date();
    const span = [firstIdAt(this.sampledAt), firstIdAt(at)];
    const [[queue], [created]] = await Promise.all([
      this.db.query(depths),
      this.db.query(submitted, span),
    ]);
    if (!queue || !created) return;
    const elapsedS = Math.max(0.001, (at.getTime() - this.sampledAt.getTime()) / 1000);
    this.sampledAt = at;
    this.depth = queue.waiting + queue.put_off;
    this.wait.observe({
      waiting: queue.waiting,
      unfinished: queue.due + queue.published + queue.active,
      created: created.count,
      elapsedS,
    });
  }

  /** Where very many jobs wait or are put off, counting them takes its time: a fiftieth of all, so
   *  that no percentile that somebody watches is made of it. But what a slow database cannot count
   *  grows by what is accepted meanwhile. */
  private async turn() {
    const startedAt = performance.now();
    if (startedAt < this.nextCountAt) return this.sampleLoop();
    await this.sample();
    const now = performance.now();
    this.nextCountAt = now + Math.min(longestCountGapMs, 50 * (now - startedAt));
  }

  private sampleLoop() {
    // The histogram measures from turn to turn of its own timer. Without a turn there is no mean; the
    // next one will be long enough.
    const { mean } = this.loopDelay;
    this.loopDelayMs = Number.isNaN(mean) ? 0 : mean / 1e6 - loopResolutionMs;
    this.loopDelay.reset();
  }
}

const shed = (reason: Reason, detail: string, seconds: number) =>
  new Refusal(reason, {
    status: 503,
    detail: `${detail} Try again later.`,
    waitS: Math.min(longestRetryAfterS, seconds),
  });
