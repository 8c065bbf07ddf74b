import { LRUCache } from 'lru-cache';
import { withDeadline } from '../deadline.ts';
import type { Logger } from '../logger.ts';
import { LocalTokens, type RatePolicy, type TokenSource } from './tokens.ts';

/** Tokens for so long at the full rate are leased at once … */
const batchS = 0.5;
/** … and this much of a burst at most: what one process holds is not there for the others. */
const batchShare = 0.1;
/** When the source grants less than was wanted, it is not asked again before. */
const leaseEveryMs = 50;
const leaseTimeoutMs = 200;
/** How long a source that failed is left alone. */
const outageMs = 1000;

/** What this process knows of a tenant's tokens. */
interface Account {
  /** Leased and not yet spent; below 0 when more was spent than leased. */
  balance: number;
  /** What the last lease left in the bucket, and when. */
  left: number;
  leasedAt: number;
  leasing: boolean;
  nextLeaseAt: number;
}

export interface Verdict {
  allowed: boolean;
  /** Tokens that the tenant has left, as far as this process knows. */
  remaining: number;
  /** When refused: until it may try again. */
  waitS: number;
}

/** Limits tenants by tokens that are leased in batches, ahead and in the background: a request
 *  waits for nothing. What is needed before a lease is there is spent on credit, up to half of what
 *  the bucket was seen to hold, and paid back by the leases that follow. While the source does not
 *  answer, this process limits for itself. */
export class RateLimiter {
  readonly policy: RatePolicy;
  private readonly source: TokenSource;
  private readonly fallback: LocalTokens;
  private readonly log: Logger;
  private readonly batch: number;
  private readonly accounts = new LRUCache<string, Account>({ max: 10_000 });
  private outageUntil = 0;

  constructor(source: TokenSource, log: Logger) {
    const { policy } = source;
    this.source = source;
    this.policy = policy;
    this.fallback = new LocalTokens(policy);
    this.log = log;
    this.batch = Math.ceil(Math.min(policy.rps * batchS, policy.burst * batchShare));
  }

  take(tenant: string): Verdict {
    const now = performance.now();
    const account = this.accountOf(tenant, now);
    const allowed = account.balance + this.leftOf(account, now) / 2 >= 1;
    if (allowed) account.balance -= 1;
    if (this.isLow(account) && !account.leasing && now >= account.nextLeaseAt) {
      void this.renew(tenant, account);
    }
    const known = account.balance + this.leftOf(account, now);
    return {
      allowed,
      remaining: Math.floor(Math.min(this.policy.burst, Math.max(0, known))),
      waitS: Math.max(0, 1 - account.balance) / this.policy.rps,
    };
  }

  private accountOf(tenant: string, now: number) {
    const known = this.accounts.get(tenant);
    if (known) return known;
    const left = this.policy.burst;
    const account = { balance: 0, left, leasedAt: now, leasing: false, nextLeaseAt: 0 };
    this.accounts.set(tenant, account);
    return account;
  }

  /** As if nobody had taken any since. */
  private leftOf({ left, leasedAt }: Account, now: number) {
    const { rps, burst } = this.policy;
    return Math.min(burst, left + (rps * (now - leasedAt)) / 1000);
  }

  private isLow({ balance }: Account) {
    return balance <= this.batch / 2;
  }

  private async renew(tenant: string, account: Account) {
    account.leasing = true;
    let granted = 0;
    let wanted = 0;
    do {
      wanted = Math.ceil(this.batch - account.balance);
      const lease = await this.lease(tenant, wanted);
      granted = lease.granted;
      account.balance += granted;
      account.left = lease.left;
      account.leasedAt = performance.now();
    } while (granted === wanted && this.isLow(account)); // more was spent in the meantime
    account.nextLeaseAt = account.leasedAt + (granted < wanted ? leaseEveryMs : 0);
    account.leasing = false;
  }

  private async lease(tenant: string, wanted: number) {
    if (performance.now() >= this.outageUntil) {
      const deadline = { ms: leaseTimeoutMs, of: 'A lease of tokens' };
      try {
        return await withDeadline(deadline, () => this.source.lease(tenant, wanted));
      } catch (error) {
        this.outageUntil = performance.now() + outageMs;
        this.log.warn({ err: error }, 'rate limits are this process’ own for now');
      }
    }
    return this.fallback.lease(tenant, wanted);
  }
}
