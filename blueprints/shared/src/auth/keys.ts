import { hash, randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database/database.ts';
import { ownScopes } from '../own.ts';
import * as statements from './statements.ts';

export const scopes = ['jobs:read', 'jobs:write', 'usage:read', 'admin', ...ownScopes] as const;
export type Scope = (typeof scopes)[number];

/** Who asks: a key without its secret. */
export interface Caller {
  tenant: string;
  scopes: readonly Scope[];
}

export interface KeyRow extends Caller {
  id: string;
  created_at: Date;
  revoked_at: Date | null;
}

/** 256 random bits need no slow hash. */
export const hashKey = (key: string) => hash('sha256', key, 'buffer');

export class KeyStore {
  private readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  /** The key itself: it is shown once and stored hashed. */
  async create(tenant: string, granted: Scope[]): Promise<string> {
    const key = `ak_${randomBytes(32).toString('base64url')}`;
    await this.db.query(statements.createKey, [uuidv7(), hashKey(key), tenant, granted]);
    return key;
  }

  find(hash: Buffer): Promise<Caller | undefined> {
    return this.db.first(statements.findKey, [hash]);
  }

  list(): Promise<KeyRow[]> {
    return this.db.query(statements.listKeys);
  }

  /** Whether there was such a key, not yet revoked. */
  async revoke(id: string): Promise<boolean> {
    return (await this.db.first(statements.revokeKey, [id])) !== undefined;
  }
}
