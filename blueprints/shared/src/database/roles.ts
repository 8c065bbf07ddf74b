import type pg from 'pg';

export interface Timeouts {
  statementMs: number;
}

/** Sets the role's defaults in this database, which also hold behind a transaction pooler.
 *  Generic plans: the job statements are named and their plans never depend on the values. */
export async function setRoleDefaults(client: pg.ClientBase, { statementMs }: Timeouts) {
  const settings = {
    statement_timeout: `${statementMs}ms`,
    lock_timeout: `${statementMs}ms`,
    idle_in_transaction_session_timeout: `${statementMs}ms`,
    plan_cache_mode: 'force_generic_plan',
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
