import type { Database } from '../database/database.ts';
import { type Fault, Problem } from '../http/problem.ts';
import { type Cidr, namesForbidden } from './addresses.ts';
import { findTarget } from './statements.ts';

/** Decides which URLs a tenant's jobs may name. */
export class WebhookTargets {
  private readonly db: Database;
  private readonly allowed: readonly Cidr[];

  constructor(db: Database, allowed: readonly Cidr[]) {
    this.db = db;
    this.allowed = allowed;
  }

  /** What speaks against a URL, if anything does. */
  async refusal(tenant: string, url: string): Promise<Problem | undefined> {
    const fault = await this.fault(tenant, url);
    return fault && new Problem(422, 'The webhook could not be delivered.', { faults: [fault] });
  }

  private async fault(tenant: string, url: string): Promise<Fault | undefined> {
    const pointer = '#/webhook/url';
    if (namesForbidden(url, this.allowed)) {
      return { pointer, detail: 'must not be a private, loopback or link-local address' };
    }
    const target = await this.db.first(findTarget, [tenant, url]);
    if (!target?.signed) {
      const command = `npm run webhook-secret -- create --tenant ${tenant}`;
      return { pointer: '#/webhook', detail: `There is no secret to sign with. Run: ${command}` };
    }
    if (target.gone) {
      const detail = 'has answered 410 (Gone). Replay one of its dead letters to use it again.';
      return { pointer, detail };
    }
    return undefined;
  }
}
