import { Webhook } from 'standardwebhooks';
import { viewOf } from '../jobs/http/view.ts';
import type { Job } from '../jobs/model.ts';
import type { Delivery } from './deliveries.ts';

/** A job's row as JSON, when it ended. */
export interface Snapshot extends Omit<Job, 'created_at' | 'started_at' | 'finished_at'> {
  traceparent: string;
  created_at: string;
  started_at: string | null;
  finished_at: string;
}

/** The body: the same at each attempt. */
export function bodyOf({ type, job }: Pick<Delivery, 'type' | 'job'>): string {
  const data = viewOf({
    ...job,
    created_at: new Date(job.created_at),
    started_at: job.started_at === null ? null : new Date(job.started_at),
    finished_at: new Date(job.finished_at),
  });
  return JSON.stringify({ type, timestamp: data.finished_at, data });
}

/** Standard Webhooks' headers: the id is the same at each attempt, the rest is new. Each secret
 *  makes a signature, so that receivers may know the old one or the new one. */
export function signatureOf({ id, secrets }: Pick<Delivery, 'id' | 'secrets'>, body: string) {
  const at = new Date();
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}
