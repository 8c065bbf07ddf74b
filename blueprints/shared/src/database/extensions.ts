import type pg from 'pg';

// 42501: the role may not; 0A000 and 58P01: the server does not have it.
const refusals = ['42501', '0A000', '58P01'];

/** What `npm run diagnose` reads best. The service does without it, so a server that has no
 *  pg_stat_statements, or a role that may not create it, is no error. */
export async function addStatementStatistics(client: pg.ClientBase): Promise<void> {
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  } catch (error) {
    if (!refusals.includes((error as { code?: string }).code ?? '')) throw error;
  }
}
