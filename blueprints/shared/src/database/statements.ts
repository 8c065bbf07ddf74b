import { statement } from './statement.ts';

export const ping = statement('database.ping', 'SELECT 1');

/** NULL while nothing has been migrated. */
export const findTable = statement<{ oid: string | null }>(
  'database.find_table',
  'SELECT to_regclass($1)::text AS oid',
  () => ['jobs'],
);

/** The names of applied migrations, by the table that holds them. */
export const appliedMigrations = {
  archgen_migrations: statement<{ name: string }>(
    'database.service_migrations',
    'SELECT name FROM archgen_migrations',
  ),
  migrations: statement<{ name: string }>(
    'database.your_migrations',
    'SELECT name FROM migrations',
  ),
};
