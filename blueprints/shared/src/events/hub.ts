import { Refusal } from '../backpressure/refusal.ts';
import type { Database } from '../database/database.ts';
import { Listener } from '../database/listener.ts';
import { Problem } from '../http/problem.ts';
import { finished } from '../jobs/http/view.ts';
import type { Job } from '../jobs/model.ts';
import type { Logger } from '../logger.ts';
import { startLoop } from '../loop.ts';
import { bellLength, bellOf } from './doorbell.ts';
import { channel, eventsAfter } from './statements.ts';
import { EventStream } from './stream.ts';

export interface HubOptions {
  db: Database;
  /** Where to listen: past any transaction pooler. */
  listenUrl: string;
  /** The most streams at once. */
  max: number;
  /** How often all of them look for events by themselves. */
  pollMs: number;
  /** Silence after which a stream sends a comment. */
  beatMs?: number;
  /** A stream ends at this age: whose key was revoked does not come back. */
  maxAgeMs?: number;
}

/** The jobs, and the events of each beside its first, that one statement asks for. */
const maxJobs = 500;
const maxEvents = 20;

/** Serves all event streams of a process. Postgres has the events: a stream is told what comes after
 *  the last one it sent, when it opens, when its job's bell rings and on a timer. One statement at a
 *  time asks for all streams that are to look. */
export class EventHub {
  private readonly options: Required<HubOptions>;
  private readonly log: Logger;
  private readonly listener: Listener;
  private readonly streams = new Map<string, Set<EventStream>>();
  /** Bells whose streams are to look. */
  private readonly due = new Set<string>();
  private looking = false;
  private stops: (() => unknown)[] = [];
  private closed = false;
  /** Streams now. */
  open = 0;
  /** Events since the start. */
  sent = 0;

  constructor({ beatMs = 15_000, maxAgeMs = 3_600_000, ...options }: HubOptions, log: Logger) {
    this.options = { ...options, beatMs, maxAgeMs };
    this.log = log;
    this.listener = new Listener(
      {
        url: options.listenUrl,
        name: 'events',
        channel,
        onNotification: (bells) => this.ring(bells),
        onListening: () => this.lookAll(),
      },
      log,
    );
  }

  /** Whether bells are heard. */
  get listening() {
    return this.listener.listening;
  }

  /** The events of a job after one of them (0: all), until it is finished. undefined: it is, and
   *  there are none. Throws a Problem: 422 for an event that the job does not have, 503 when there
   *  is no room. */
  stream(job: Job, after = 0): EventStream | undefined {
    if (after > job.event_seq) throw unknownEvent();
    if (finished(job) && after === job.event_seq) return undefined;
    if (this.closed || this.open >= this.options.max) throw full();
    const bell = bellOf(job.id);
    const stream = new EventStream(job.id, after, () => this.look([bell]));
    this.add(bell, stream);
    this.start();
    this.look([bell]);
    return stream;
  }

  /** Ends all streams. Their clients go on elsewhere, from their last event. */
  close() {
    this.closed = true;
    this.listener.close();
    for (const stop of this.stops) stop();
    for (const stream of this.all()) stream.finish();
  }

  /** With the first stream: a service whose clients poll needs no connection for it. */
  private start() {
    if (this.stops.length > 0) return;
    const { pollMs, beatMs } = this.options;
    const poll = { name: 'event poll', everyMs: pollMs, tick: async () => this.lookAll() };
    const beat = { name: 'heartbeat', everyMs: beatMs / 15, tick: async () => this.beat() };
    this.stops = [startLoop(poll, this.log), startLoop(beat, this.log)];
    void this.listener.run();
  }

  private add(bell: string, stream: EventStream) {
    const others = this.streams.get(bell) ?? new Set();
    this.streams.set(bell, others.add(stream));
    this.open += 1;
    stream.once('close', () => {
      this.open -= 1;
      others.delete(stream);
      if (others.size === 0) this.streams.delete(bell);
    });
  }

  private *all() {
    for (const streams of this.streams.values()) yield* streams;
  }

  private ring(bells: string) {
    const rung: string[] = [];
    for (let at = 0; at < bells.length; at += bellLength) {
      const bell = bells.slice(at, at + bellLength);
      if (this.streams.has(bell)) rung.push(bell);
    }
    this.look(rung);
  }

  private lookAll() {
    this.look(this.streams.keys());
  }

  private look(bells: Iterable<string>) {
    for (const bell of bells) this.due.add(bell);
    if (!this.looking && this.due.size > 0) void this.read();
  }

  private async read() {
    this.looking = true;
    try {
      while (this.due.size > 0) await this.serve(this.nextStreams());
    } catch (error) {
      this.log.warn({ err: error }, 'events could not be read; the next poll tries again');
    }
    this.looking = false;
  }

  private nextStreams(): Map<string, EventStream[]> {
    const bells = [...this.due].slice(0, maxJobs);
    for (const bell of bells) this.due.delete(bell);
    const streams = bells.flatMap((bell) => [...(this.streams.get(bell) ?? [])]);
    return Map.groupBy(
      streams.filter(({ ready }) => ready),
      ({ jobId }) => jobId,
    );
  }

  private async serve(streams: Map<string, EventStream[]>) {
    if (streams.size === 0) return;
    const after = [...streams.values()].map((some) => Math.min(...some.map(({ seq }) => seq)));
    const values = [[...streams.keys()], after, maxEvents];
    const events = await this.options.db.query(eventsAfter, values);
    for (const [id, some] of Map.groupBy(events, ({ job_id }) => job_id)) {
      for (const stream of streams.get(id) ?? []) this.sent += stream.deliver(some);
      if (some.length >= maxEvents) this.due.add(bellOf(id));
    }
  }

  private beat() {
    const { beatMs, maxAgeMs } = this.options;
    for (const stream of this.all()) {
      if (stream.readableLength > 0) {
        if (stream.silentMs > 2 * beatMs) stream.destroy();
      } else if (stream.ageMs > maxAgeMs) {
        stream.finish();
      } else if (stream.silentMs > beatMs) {
        stream.beat();
      }
    }
  }
}

const unknownEvent = () =>
  new Problem(422, 'There is no such event to resume after.', {
    faults: [{ header: 'Last-Event-ID', detail: 'The job has no event of this id.' }],
  });

const full = () =>
  new Refusal('streams', {
    status: 503,
    detail: 'There are too many open streams. Try again, or poll the job.',
    waitS: 5,
  });
