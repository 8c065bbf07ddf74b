import { Webhook } from 'standardwebhooks';
import { viewOfSnapshot } from '../jobs/snapshot.ts';
import type { Delivery } from './deliveries.ts';

/** The body: the same at each attempt. */
export function bodyOf({ type, job }: Pick<Delivery, 'type' | 'job'>): string {
  const data = viewOfSnapshot(job);
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
