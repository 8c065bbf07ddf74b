import { LRUCache } from 'lru-cache';
import type { Logger } from '../logger.ts';
import { type Entry, encode, entryOf, lifetimesOf, type Ttls } from './entry.ts';
import { Flights } from './flights.ts';
import type { Address, Kept, L1 } from './l1.ts';
import type { CacheMetrics, Source } from './metrics.ts';
import type { Ticket, Tier } from './tier.ts';

export interface Read {
  address: Address;
  ttls: Ttls;
  load: () => Promise<unknown>;
}

export interface Found {
  text: string;
  source: Source;
}

export interface FetcherOptions {
  l1: L1;
  /** How long an answer, or a load under way, serves without a look at L2. */
  l1Ms: number;
  l2: Tier | undefined;
  metrics: CacheMetrics;
  log: Logger;
}

/** Between two tries of a load that failed. */
const retryMs = 1000;
/** A load that failed so recently is taken to fail still: its readers do not wait for it. */
const failingMs = 10_000;
/** Between two looks for what another process loads. */
const lookAgainMs = 100;
/** What is loaded again so soon was not kept. */
const repeatMs = 500;
/** Longer answers, in characters of JSON, are not kept. */
const longest = 1 << 20;

/** Gets what L1 lacks from L2 or from the loader, once for all who ask, and keeps it. */
export class Fetcher {
  private readonly options: FetcherOptions;
  private readonly flights = new Flights<Found>();
  private readonly loadedAt = new LRUCache<string, number>({ max: 1000 });

  constructor(options: FetcherOptions) {
    this.options = options;
  }

  fetch(read: Read): Promise<Found> {
    return this.flights.join(flightOf(read), this.options.l1Ms, () => this.look(read));
  }

  /** Straight from the loader. */
  async load(read: Read): Promise<Found> {
    const { metrics } = this.options;
    const began = performance.now();
    metrics.load();
    if (this.repeats(read, began)) metrics.repeatedLoad();
    try {
      return { text: encode(await read.load()), source: 'load' };
    } catch (error) {
      metrics.loadError();
      throw error;
    } finally {
      metrics.loaded(performance.now() - began);
    }
  }

  /** Whether the same was loaded just before, sooner than any TTL asks for. */
  private repeats(read: Read, now: number): boolean {
    const { ttlMs } = read.ttls;
    const withinMs = ttlMs > 0 ? Math.min(repeatMs, ttlMs / 2) : repeatMs;
    const flight = flightOf(read);
    const before = this.loadedAt.get(flight);
    this.loadedAt.set(flight, now);
    return before !== undefined && now - before < withinMs;
  }

  private async look(read: Read): Promise<Found> {
    const began = performance.now();
    const { id, tags } = read.address;
    const { entry, ticket } = (await this.options.l2?.look(id, tags)) ?? {};
    const now = performance.now();
    if (!entry || now >= entry.staleUntil) return this.renew(read, ticket, entry);
    this.keep(read.address, { ...entry, retryAt: now + lookAgainMs }, began);
    if (ticket) {
      this.flights.start(flightOf(read), () => this.renew(read, ticket, entry)).catch(() => {});
    }
    return { text: entry.text, source: now < entry.freshUntil ? 'l2' : 'stale' };
  }

  private async renew(read: Read, ticket?: Ticket, entry?: Entry): Promise<Found> {
    const began = performance.now();
    let loaded: Found;
    try {
      loaded = await this.load(read);
    } catch (error) {
      ticket?.release();
      return this.fallBack(read.address, entry, error);
    }
    const { text } = loaded;
    const lifetimes = lifetimesOf(text, read.ttls);
    if (text.length > longest) ticket?.release();
    else if ((await ticket?.keep(text, lifetimes)) ?? true) {
      this.keep(read.address, { ...entryOf(text, began, lifetimes), retryAt: 0 }, began);
    }
    return loaded;
  }

  /** An older answer, while there is one, instead of the loader's error. */
  private fallBack(address: Address, entry: Entry | undefined, error: unknown): Found {
    const { l1, log } = this.options;
    const old = entry ?? l1.get(address);
    const now = performance.now();
    if (!old || now >= old.goneAt) throw error;
    log.warn({ err: error, key: address.id }, 'a load failed; serving an older answer');
    const staleUntil = Math.min(now + failingMs, old.goneAt);
    l1.set(address, { ...old, staleUntil, retryAt: now + retryMs });
    return { text: old.text, source: 'stale' };
  }

  private keep(address: Address, kept: Kept, since: number) {
    const until = since + this.options.l1Ms;
    this.options.l1.set(address, {
      ...kept,
      freshUntil: Math.min(kept.freshUntil, until),
      staleUntil: Math.min(kept.staleUntil, until),
    });
  }
}

/** Who came after an invalidation must not wait for a load that began before it. */
const flightOf = ({ address }: Read) => `${address.id} ${address.versions}`;
