import { statement } from '../database/statement.ts';
import type { DeadLetter } from './model.ts';

const columns = 'id, tenant, job_id, type, attempts, error, trace_id, died_at';

/** Those of a tenant that nobody has replayed, newest first, after a place in that order. */
export const listLetters = statement<DeadLetter>(
  'letters.list',
  `SELECT ${columns} FROM dead_letters
  WHERE tenant = $1 AND replayed_at IS NULL AND (died_at, id) < ($2::timestamptz, $3::uuid)
  ORDER BY died_at DESC, id DESC LIMIT $4`,
  ({ tenant, moment, letter }) => [tenant, moment, letter, 20],
);

/** Those of all tenants. */
export const listAllLetters = statement<DeadLetter>(
  'letters.list_all',
  `SELECT ${columns} FROM dead_letters WHERE replayed_at IS NULL
  ORDER BY died_at DESC, id DESC LIMIT $1`,
  () => [20],
);

export const findLetter = statement<DeadLetter>(
  'letters.find',
  `SELECT ${columns} FROM dead_letters WHERE id = $1`,
  ({ letter }) => [letter],
);
