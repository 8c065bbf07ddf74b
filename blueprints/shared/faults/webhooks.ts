import { Webhook } from 'standardwebhooks';
import { WebhookSecrets } from '../src/webhooks/secrets.ts';
import type { Received } from '../test/support/receiver.ts';
import { until } from '../test/support/wait.ts';
import type { Answer } from './client.ts';
import type { Api, World } from './world.ts';

/** The secret of the tenant that every case's caller belongs to. */
export const createSecret = async ({ db }: World): Promise<string> =>
  (await new WebhookSecrets(db).create('faults')) ?? '';

/** Submits a job whose end is told to a URL. */
export async function submitTold(world: World, api: Api, url: string): Promise<Answer> {
  const job = { type: 'summarize', input: { text: 'a text' }, webhook: { url } };
  const answer = await api.ask('/v1/jobs', { method: 'POST', body: JSON.stringify(job) });
  if (answer.status === 202) world.accepted.add(JSON.parse(answer.text).id);
  return answer;
}

export interface Deliveries {
  /** Made, or given up. */
  ended: number;
  made: number;
  /** The most that one delivery took. */
  attempts: number;
}

export async function countDeliveries({ pool }: World): Promise<Deliveries> {
  const { rows } = await pool.query<Deliveries>(
    `SELECT count(*) FILTER (WHERE due_at IS NULL)::int AS ended,
       count(delivered_at)::int AS made, coalesce(max(attempts), 0)::int AS attempts
     FROM webhook_deliveries`,
  );
  return rows[0] as Deliveries;
}

/** Waits until so many deliveries have ended. */
export const deliveriesEnd = (world: World, count: number): Promise<Deliveries> =>
  until(
    `${count} deliveries to end`,
    async () => {
      const deliveries = await countDeliveries(world);
      return deliveries.ended === count && deliveries;
    },
    60_000,
  );

export function isSigned({ headers, body }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
