import type { Verdict } from './rate-limiter.ts';
import { Refusal } from './refusal.ts';
import type { RatePolicy } from './tokens.ts';

/** RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers): `q` requests in `w` seconds
 *  by policy; `r` are left, and in `t` seconds all are there again. */
export function rateLimitHeaders({ rps, burst }: RatePolicy) {
  const inS = (tokens: number) => Math.ceil(tokens / rps);
  const policy = `"tenant";q=${burst};w=${inS(burst)}`;
  return ({ remaining }: Verdict) => ({
    'ratelimit-policy': policy,
    ratelimit: `"tenant";r=${remaining};t=${inS(burst - remaining)}`,
  });
}

export const tooManyRequests = ({ waitS }: Verdict) =>
  new Refusal('rate', {
    status: 429,
    detail: 'Your tenant makes more requests than it may.',
    waitS,
  });
