export interface Depth {
  /** Jobs that wait for a worker. */
  waiting: number;
  unfinished: number;
  /** Submitted since the depth before. */
  created: number;
  /** Seconds since the depth before. */
  elapsedS: number;
}

/** Over how many seconds the throughput is averaged: operations take up to about as long. */
const averagedS = 60;
const longestS = 86_400;

/** Estimates how long a new job will wait: those before it, by finishes per second.
 *
 *  What has finished follows from the samples alone (submitted, less what the unfinished have grown
 *  by), for all workers, without a counter that every finish would write to. It tells the capacity
 *  only while jobs wait: otherwise the workers might have done more, and the estimate returns to
 *  the throughput that the brief planned for. */
export class QueueWait {
  private readonly planned: number;
  private throughput: number;
  private last: Depth | undefined;

  /** The planned finishes per second. */
  constructor(planned: number) {
    this.planned = planned;
    this.throughput = planned;
  }

  observe(depth: Depth): void {
    const { last } = this;
    this.last = depth;
    if (!last) return;
    const finished = Math.max(0, depth.created - (depth.unfinished - last.unfinished));
    const measured = finished / depth.elapsedS;
    const busy = last.waiting > 0 && depth.waiting > 0;
    const capacity = busy ? measured : Math.max(measured, this.planned);
    const weight = 1 - Math.exp(-depth.elapsedS / averagedS);
    this.throughput += weight * (capacity - this.throughput);
  }

  /** At most a day, which is how long it takes when nothing is finished at all. */
  get seconds(): number {
    const waiting = this.last?.waiting ?? 0;
    return waiting === 0 ? 0 : Math.min(longestS, waiting / this.throughput);
  }
}
