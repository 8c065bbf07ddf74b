import { createHash, randomBytes } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Tables } from '../database/tables.ts';

export const scopes = ['jobs:read', 'jobs:write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Who asks: a key without its secret. */
export interface Caller {
  tenant: string;
  scopes: readonly Scope[];
}

/** 256 random bits need no slow hash. */
export const hashKey = (key: string) => createHash('sha256').update(key).digest();

export class KeyStore {
  private readonly db: Kysely<Tables>;

  constructor(pool: pg.Pool) {
    this.db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  }

  /** The key itself: it is shown once and stored hashed. */
  async create(tenant: string, granted: Scope[]): Promise<string> {
    const key = `ak_${randomBytes(32).toString('base64url')}`;
    await this.db
      .insertInto('api_keys')
      .values({ id: uuidv7(), hash: hashKey(key), tenant, scopes: granted, revoked_at: null })
      .execute();
    return key;
  }

  async find(hash: Buffer): Promise<Caller | undefined> {
    const row = await this.db
      .selectFrom('api_keys')
      .select(['tenant', 'scopes'])
      .where('hash', '=', hash)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return row as Caller | undefined;
  }

  list() {
    return this.db
      .selectFrom('api_keys')
      .select(['id', 'tenant', 'scopes', 'created_at', 'revoked_at'])
      .orderBy('id')
      .execute();
  }

  /** Whether there was such a key, not yet revoked. */
  async revoke(id: string): Promise<boolean> {
    const revoked = await this.db
      .updateTable('api_keys')
      .set({ revoked_at: new Date() })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return revoked.numUpdatedRows > 0n;
  }
}
