import { LRUCache } from 'lru-cache';

export interface RatePolicy {
  /** Requests a second that a tenant may make for ever. */
  rps: number;
  /** Requests that it may make at once after a rest. */
  burst: number;
}

export interface Lease {
  granted: number;
  /** Tokens left in the bucket. */
  left: number;
}

/** A token bucket a tenant, shared by all processes. */
export interface TokenSource {
  readonly policy: RatePolicy;
  /** Takes as many of the tokens that are wanted as there are. */
  lease(tenant: string, wanted: number): Promise<Lease>;
  close(): Promise<void>;
}

/** Buckets of this process alone. */
export class LocalTokens implements TokenSource {
  readonly policy: RatePolicy;
  private readonly buckets = new LRUCache<string, { tokens: number; at: number }>({ max: 10_000 });

  constructor(policy: RatePolicy) {
    this.policy = policy;
  }

  async lease(tenant: string, wanted: number): Promise<Lease> {
    const { rps, burst } = this.policy;
    const at = performance.now();
    const bucket = this.buckets.get(tenant) ?? { tokens: burst, at };
    const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * rps);
    const granted = Math.min(wanted, Math.floor(tokens));
    this.buckets.set(tenant, { tokens: tokens - granted, at });
    return { granted, left: tokens - granted };
  }

  async close(): Promise<void> {}
}
