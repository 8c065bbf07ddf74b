import { Readable } from 'node:stream';
import { eventView } from '../jobs/http/view.ts';
import type { JobEvent } from '../jobs/model.ts';

/** The answer's headers. A stream is the last answer on its connection, so that a server which
 *  stops has none left to wait for. */
export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

const bufferBytes = 16_384;

/** When clients connect again: not all at once, when a process has ended their streams. */
const retryMs = () => Math.round(1000 + 2000 * Math.random());

const frame = (event: JobEvent) =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`;

/** What one client reads of one job, as server-sent events (WHATWG HTML, 9.2). It holds what the
 *  client has not yet taken, and asks for nothing more until it has. */
export class EventStream extends Readable {
  readonly jobId: string;
  /** The last event that was sent. */
  seq: number;
  private readonly openedAt = performance.now();
  private readonly onDrained: () => void;
  private sentAt = performance.now();
  private drained = true;
  private over = false;

  constructor(jobId: string, after: number, onDrained: () => void) {
    super({ highWaterMark: bufferBytes });
    this.jobId = jobId;
    this.seq = after;
    this.onDrained = onDrained;
    this.send(`retry: ${retryMs()}\n\n`);
  }

  /** Whether the client takes events. */
  get ready(): boolean {
    return this.drained && !this.over && !this.destroyed;
  }

  /** Sends those events that the client has not got, which must follow its last one. Answers how
   *  many. */
  deliver(events: JobEvent[]): number {
    if (!this.ready) return 0;
    const fresh = events.filter(({ seq }) => seq > this.seq);
    const last = fresh.at(-1);
    if (!last) return 0;
    this.seq = last.seq;
    this.send(fresh.map(frame).join(''));
    if (last.final) this.finish();
    return fresh.length;
  }

  /** Ends the stream; its client may resume it elsewhere. */
  finish() {
    if (this.over) return;
    this.over = true;
    this.push(null);
  }

  /** ms for which nothing was sent. */
  get silentMs(): number {
    return performance.now() - this.sentAt;
  }

  get ageMs(): number {
    return performance.now() - this.openedAt;
  }

  /** A comment, which keeps proxies from taking the connection for dead. */
  beat() {
    if (this.ready) this.send(':\n\n');
  }

  override _read() {
    if (this.drained) return;
    this.drained = true;
    this.onDrained();
  }

  private send(text: string) {
    this.sentAt = performance.now();
    this.drained = this.push(text);
  }
}
