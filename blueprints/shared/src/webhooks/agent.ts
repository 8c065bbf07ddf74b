import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { type Cidr, isAllowed } from './addresses.ts';

export class ForbiddenAddressError extends Error {
  override name = 'ForbiddenAddressError';

  constructor(hostname: string) {
    super(`${hostname} has an address to which webhooks may not go (WEBHOOK_ALLOW_CIDRS)`);
  }
}

/** Connects to nothing but allowed addresses. A name is resolved once a connection: what was looked
 *  at is what is connected to, so a name that changes its mind (DNS rebinding) gains nothing. */
export function createWebhookAgent(
  allowed: readonly Cidr[],
  lookup: typeof systemLookup = systemLookup,
): Agent {
  const guarded: LookupFunction = (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      // One private address among public ones is no accident.
      if (!addresses.every(({ address }) => isAllowed(address, allowed))) {
        return done(new ForbiddenAddressError(hostname), []);
      }
      if (options.all) return done(null, addresses);
      const [first] = addresses;
      done(null, first?.address ?? '', first?.family);
    });
  };
  const connect = buildConnector({ lookup: guarded, timeout: 5000, allowH2: false });
  return new Agent({
    connect(options, done) {
      // Nothing is looked up for a host that is an address.
      if (isIP(options.hostname) !== 0 && !isAllowed(options.hostname, allowed)) {
        done(new ForbiddenAddressError(options.hostname), null);
      } else {
        connect(options, done);
      }
    },
  });
}
