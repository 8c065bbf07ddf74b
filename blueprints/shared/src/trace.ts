import { randomUUID } from 'node:crypto';

const format = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export const isTraceparent = (header: unknown): header is string =>
  typeof header === 'string' && format.test(header);

/** The caller's W3C trace context, or a new one. It goes with the job wherever the job goes. */
export function traceparentOf(header: unknown): string {
  if (isTraceparent(header)) return header;
  return `00-${randomHex()}-${randomHex().slice(16)}-00`;
}

/** Never 0. Node makes UUIDs of random bytes that it has in stock: for every request, that counts. */
const randomHex = () => randomUUID().replaceAll('-', '');

export const traceIdOf = (traceparent: string) => traceparent.slice(3, 35);
