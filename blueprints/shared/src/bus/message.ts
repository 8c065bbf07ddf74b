import type { Envelope } from 'rabbitmq-client';
import service from '../../package.json' with { type: 'json' };
import { type Snapshot, viewOfSnapshot } from '../jobs/snapshot.ts';

/** A row of `domain_events`. */
export interface DomainEvent {
  id: string;
  type: string;
  tenant: string;
  data: unknown;
  traceparent: string | null;
  created_at: Date;
}

/** Events of these types hold a job's row. */
const jobTypes = new Set(['job.succeeded', 'job.dead', 'job.cancelled']);

/** What consumers get: the same each time it is sent. A job is as HTTP shows it. */
export function messageOf(
  { id, type, tenant, data, traceparent, created_at }: DomainEvent,
  exchange: string,
): { envelope: Envelope; body: Buffer } {
  const shown = jobTypes.has(type) ? viewOfSnapshot(data as Snapshot) : data;
  const timestamp = created_at.toISOString();
  return {
    envelope: {
      exchange,
      routingKey: type,
      // Or RabbitMQ confirms what no queue takes, and tells of it to nobody.
      mandatory: true,
      messageId: id,
      type,
      durable: true,
      contentType: 'application/json',
      timestamp: Math.floor(created_at.getTime() / 1000),
      appId: service.name,
      headers: traceparent === null ? {} : { traceparent },
    },
    body: Buffer.from(JSON.stringify({ id, type, timestamp, tenant, data: shown })),
  };
}
