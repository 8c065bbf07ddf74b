import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database/database.ts';
import * as statements from './statements.ts';

export interface SecretRow {
  id: string;
  created_at: Date;
  /** Of the one that was rotated out; null: the current one. */
  expires_at: Date | null;
}

/** The secrets that sign a tenant's webhooks: one, and while receivers change over also the one
 *  before. They are stored as they are, for signing needs them: whoever reads the database or its
 *  backups can sign as the service. */
export class WebhookSecrets {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** undefined: the tenant has one already. */
  create(tenant: string): Promise<string | undefined> {
    return this.insert(statements.createSecret, [tenant]);
  }

  /** The one before stays valid for so many hours. undefined: the tenant has none yet. */
  rotate(tenant: string, overlapHours: number): Promise<string | undefined> {
    return this.insert(statements.rotateSecret, [tenant, overlapHours]);
  }

  list(tenant: string): Promise<SecretRow[]> {
    return this.db.query(statements.listSecrets, [tenant]);
  }

  private async insert(statement: typeof statements.createSecret, values: unknown[]) {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const inserted = await this.db.first(statement, [uuidv7(), secret, ...values]);
    return inserted && secret;
  }
}
