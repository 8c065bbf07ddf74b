import type { AsyncMessage } from 'rabbitmq-client';
import { z } from 'zod';
import { traceparentOf } from '../../trace.ts';

/** No redelivery would make it readable: the message goes to the dead queue at once. */
export class UnreadableError extends Error {
  override name = 'UnreadableError';
}

const domainEvent = z.object({
  id: z.uuid(),
  type: z.string().min(1),
  timestamp: z.iso.datetime(),
  tenant: z.string().min(1),
  data: z.unknown(),
});

/** What happened, as others are told of it. What `data` is depends on `type`. */
export type DomainEvent = z.output<typeof domainEvent>;

/** The event that a message brings. Throws UnreadableError. */
export const readEvent = ({ body }: Pick<AsyncMessage, 'body'>): DomainEvent =>
  readAs(domainEvent, body);

/** What a schema makes of an event's data, or of the whole. Throws UnreadableError, which says where
 *  it does not fit, and nothing of what stands there. */
export function readAs<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const places = result.error.issues.map(({ path, code }) => `/${path.join('/')} (${code})`);
  throw new UnreadableError(`Not what was expected: ${places.join(', ')}`);
}

/** How often the broker has delivered a message, this time included. What a consumer was given and died
 *  with counts. */
export const deliveriesOf = ({ headers }: Pick<AsyncMessage, 'headers'>): number =>
  1 +
  Math.max(...['x-acquired-count', 'x-delivery-count'].map((name) => Number(headers?.[name] ?? 0)));

/** The trace that a message belongs to, or one of its own. */
export const traceOf = ({ headers }: Pick<AsyncMessage, 'headers'>): string =>
  traceparentOf(headers?.traceparent);
