import { randomFillSync } from 'node:crypto';

const format = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export const isTraceparent = (header: unknown): header is string =>
  typeof header === 'string' && format.test(header);

/** The caller's W3C trace context, or a new one. It goes with the job wherever the job goes. */
export function traceparentOf(header: unknown): string {
  if (isTraceparent(header)) return header;
  return `00-${randomHex(32)}-${randomHex(16)}-00`;
}

const bytes = Buffer.alloc(2 ** 12);
let stock = '';

/** From a stock: asked for byte by byte, random ones cost more than the rest of a request's header. */
function randomHex(length: number): string {
  if (stock.length < length) stock = randomFillSync(bytes).toString('hex');
  const taken = stock.slice(0, length);
  stock = stock.slice(length);
  return taken;
}

export const traceIdOf = (traceparent: string) => traceparent.slice(3, 35);
