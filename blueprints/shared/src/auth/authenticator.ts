import { LRUCache } from 'lru-cache';
import { Problem } from '../http/problem.ts';
import { type Caller, hashKey, type KeyStore, type Scope } from './keys.ts';

/** A revoked key works for at most this long. */
export const cachedMs = 10_000;

/** Longer is none of ours; what callers send must not fill the memory. */
const bearer = /^Bearer +(\S{1,100})$/i;

/** Knows callers by their keys. What the database said of a key holds for `cachedMs`. */
export class Authenticator {
  private readonly callers: LRUCache<string, { caller: Caller | undefined }>;

  constructor(keys: KeyStore) {
    this.callers = new LRUCache({
      max: 10_000,
      ttl: cachedMs,
      ttlResolution: 0, // a clock's look costs less than the timer that saves it
      // Callers of the same key wait for one look.
      fetchMethod: async (key) => ({ caller: await keys.find(hashKey(key)) }),
    });
  }

  /** Throws a Problem: 401 without a valid key, 403 when it lacks the scope. */
  async authenticate(authorization: string | undefined, scope: Scope): Promise<Caller> {
    const key = bearer.exec(authorization ?? '')?.[1];
    if (key === undefined) throw unauthorized('Send an API key: Authorization: Bearer KEY.');
    const known = this.callers.get(key) ?? (await this.callers.fetch(key));
    if (!known?.caller) throw unauthorized('The API key is unknown or revoked.');
    if (!allows(known.caller, scope)) {
      throw new Problem(403, `The API key lacks the scope ${scope}.`);
    }
    return known.caller;
  }
}

/** `admin` may do everything in its tenant. */
const allows = ({ scopes }: Caller, scope: Scope) =>
  scopes.includes(scope) || scopes.includes('admin');

const unauthorized = (detail: string) =>
  new Problem(401, detail, { headers: { 'www-authenticate': 'Bearer' } });
