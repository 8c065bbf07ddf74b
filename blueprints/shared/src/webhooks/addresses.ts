import ipaddr from 'ipaddr.js';

export type Cidr = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** IANA gives public IPv6 addresses out of this block alone. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether webhooks may go to an address: a public one, or one in a block that the operator
 *  allows. IPv4 in IPv6's form is IPv4. */
export function isAllowed(address: string, allowed: readonly Cidr[]): boolean {
  const parsed = ipaddr.process(address);
  return isPublic(parsed) || allowed.some((block) => isIn(parsed, block));
}

/** Whether a URL's host is an address, or a name for one, to which webhooks may not go. What a
 *  name resolves to is seen when it is connected to. */
export function namesForbidden(url: string, allowed: readonly Cidr[]): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$|\.$/g, '');
  if (/^(.+\.)?localhost$/.test(host)) return !isAllowed('127.0.0.1', allowed);
  return ipaddr.isValid(host) && !isAllowed(host, allowed);
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6) {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || isIn(address, globalUnicast);
}

const isIn = (address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Cidr) =>
  address.kind() === network.kind() && address.match(network, bits);
