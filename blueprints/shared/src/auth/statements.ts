import { statement } from '../database/statement.ts';
import type { Caller, KeyRow } from './keys.ts';

export const createKey = statement(
  'keys.create',
  'INSERT INTO api_keys (id, hash, tenant, scopes) VALUES ($1, $2, $3, $4)',
  ({ ids, tenant }) => [ids[0], Buffer.alloc(32), tenant, ['admin']],
);

export const findKey = statement<Caller>(
  'keys.find',
  'SELECT tenant, scopes FROM api_keys WHERE hash = $1 AND revoked_at IS NULL',
  () => [Buffer.alloc(32)],
);

export const listKeys = statement<KeyRow>(
  'keys.list',
  'SELECT id, tenant, scopes, created_at, revoked_at FROM api_keys ORDER BY id',
);

export const revokeKey = statement<{ id: string }>(
  'keys.revoke',
  `UPDATE api_keys SET revoked_at = clock_timestamp()
  WHERE id = $1 AND revoked_at IS NULL RETURNING id`,
  ({ ids }) => [ids[0]],
);
