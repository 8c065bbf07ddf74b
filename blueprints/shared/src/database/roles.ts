import type pg from 'pg';

export interface Timeouts {
  statementMs: number;
}

/** How statements are planned.
 *  - Generic plans: the statements are named, and their plans never depend on the values.
 *  - No sequential scan where an index will do: a plan of a table that is still small (a new service's,
 *    a new month's) is kept until autovacuum comes by, and reads all that has been added since.
 *  - No JIT: before version 18 Postgres takes a scan that no index can replace for dear, and compiles it. */
export const planning = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  jit: 'off',
};

/** Sets the role's defaults in this database, which also hold behind a transaction pooler. */
export async function setRoleDefaults(client: pg.ClientBase, { statementMs }: Timeouts) {
  const settings = {
    statement_timeout: `${statementMs}ms`,
    lock_timeout: `${statementMs}ms`,
    idle_in_transaction_session_timeout: `${statementMs}ms`,
    ...planning,
  };
  const { rows } = await client.query<{ name: string }>(
    'SELECT quote_ident(current_database()) AS name',
  );
  for (const [setting, value] of Object.entries(settings)) {
    await client.query(
      `ALTER ROLE CURRENT_USER IN DATABASE ${rows[0]?.name} SET ${setting} = '${value}'`,
    );
  }
}
