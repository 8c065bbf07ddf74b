import type { Logger } from '../logger.ts';
import { decode } from './entry.ts';
import { Fetcher, type Found, type Read } from './fetcher.ts';
import { L1 } from './l1.ts';
import type { CacheMetrics } from './metrics.ts';
import type { Tier } from './tier.ts';

export interface CacheOptions {
  /** How old an answer may get while its loader works. 0: nothing is cached. */
  stalenessMs: number;
  /** How much older it may get while its loader fails. Default: 60 s. */
  staleOnErrorMs?: number;
  l1: {
    /** 0: nothing is cached. */
    maxBytes: number;
    /** How long an answer serves without a look at L2. Default and maximum: `stalenessMs`. */
    ttlMs?: number;
  };
  l2?: Tier | undefined;
  metrics: CacheMetrics;
  log: Logger;
}

export interface CacheRequest {
  tenant: string;
  /** All that the answer depends on beside the tenant. */
  key: string;
  /** What the answer is made of, within the tenant; the same for every read of the key. */
  tags?: readonly string[];
  /** How long the answer is fresh. Past it readers still get it, until `stalenessMs`, while one of
   *  them has it loaded anew. Default: half of `stalenessMs`, its maximum. */
  ttlMs?: number;
  /** The same for a loaded null or undefined, which is never served past it. Default: 1 s. */
  negativeTtlMs?: number;
}

/** Cache-aside over this process' memory (L1), optionally a tier that all processes share (L2), and
 *  the loader, which runs once a key however many readers there are.
 *
 *  Staleness. An answer's age, from the beginning of its load to the coming of its reader, is at most
 *  `stalenessMs`. What was loaded before an invalidation, or was being loaded then, serves nobody who
 *  comes after `invalidate` in this process; in another, nobody after it has heard of it, and if it
 *  never does, nobody who comes min(L1 TTL, `stalenessMs`) later. An L2 that could not be told is
 *  told before this process reads it again; until then, for other processes, the age is the bound.
 *  Only while the loader fails may an answer be older than all this, by `staleOnErrorMs`. */
export class Cache {
  private readonly options: CacheOptions;
  private readonly l1: L1;
  private readonly fetcher: Fetcher;

  constructor(options: CacheOptions) {
    const { stalenessMs, l2, metrics, log } = options;
    this.options = options;
    this.l1 = new L1(Math.max(1, options.l1.maxBytes));
    const l1Ms = Math.min(options.l1.ttlMs ?? stalenessMs, stalenessMs);
    this.fetcher = new Fetcher({ l1: this.l1, l1Ms, l2, metrics, log });
    const limit = stalenessMs > 0 ? options.l1.maxBytes : 0;
    metrics.watch(() => ({ bytes: this.l1.bytes, maxBytes: limit }));
    l2?.listen({
      invalidated: (tag) => this.l1.drop(tag),
      missed: () => this.l1.clear(),
    });
  }

  /** The answer as JSON keeps it, a copy for each caller. The loader brings its own deadline; its
   *  error reaches all who wait for it, unless an older answer serves instead. */
  async get<T>(request: CacheRequest, load: () => Promise<T>): Promise<T> {
    const { stalenessMs, l1, metrics } = this.options;
    const read = this.read(request, load);
    const cached = stalenessMs > 0 && l1.maxBytes > 0;
    const { text, source } = await (cached ? this.find(read) : this.fetcher.load(read));
    metrics.answered(source);
    return decode(text) as T;
  }

  /** To be called once the change is committed. Never rejects. */
  async invalidate({ tenant, tags }: { tenant: string; tags: readonly string[] }): Promise<void> {
    const names = tags.map((tag) => nameIn(tenant, tag));
    await this.options.l2?.invalidate(names);
    for (const name of names) this.l1.drop(name);
  }

  close(): void {
    this.options.l2?.close();
  }

  private read(request: CacheRequest, load: () => Promise<unknown>): Read {
    const { stalenessMs, staleOnErrorMs = 60_000 } = this.options;
    const { tenant, key, tags = [], ttlMs = stalenessMs / 2, negativeTtlMs = 1000 } = request;
    const address = this.l1.address(
      nameIn(tenant, key),
      tags.map((tag) => nameIn(tenant, tag)),
    );
    return { address, load, ttls: { ttlMs, negativeTtlMs, stalenessMs, staleOnErrorMs } };
  }

  private find(read: Read): Found | Promise<Found> {
    const kept = this.l1.get(read.address);
    const now = performance.now();
    if (kept && now < kept.freshUntil) return { text: kept.text, source: 'l1' };
    if (!kept || now >= kept.staleUntil) return this.fetcher.fetch(read);
    if (now >= kept.retryAt) this.fetcher.fetch(read).catch(() => {});
    return { text: kept.text, source: 'stale' };
  }
}

/** Names start with their tenant, which no other tenant can spell. In braces it is Redis Cluster's
 *  hash tag: what a script touches lies on one node. */
const nameIn = (tenant: string, name: string) => `{${encodeURIComponent(tenant)}}:${name}`;
