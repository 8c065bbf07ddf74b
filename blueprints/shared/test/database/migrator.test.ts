import { expect, test } from 'vitest';
import { migrate, missingMigrations } from '../../src/database/migrator.ts';
import { isUnavailable } from '../../src/database/unavailable.ts';
import { testDatabase } from '../support/database.ts';

const database = testDatabase({ migrated: false });

test('concurrent runs apply each migration once, and readiness knows', async () => {
  expect(await missingMigrations(database.db)).not.toEqual([]);
  const runs = [1, 2, 3].map(() => migrate(database.url, { statementMs: 1234 }));
  const applied = (await Promise.all(runs)).flat();
  expect(applied).toEqual([...new Set(applied)]);
  expect(applied.length).toBeGreaterThan(0);
  expect(await missingMigrations(database.db)).toEqual([]);
});

test('the role’s statements time out, and that is not the request’s fault', async () => {
  await migrate(database.url, { statementMs: 100 });
  // Connections made before keep what they had.
  await database.pool.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => {});
  const error = await database.pool.query('SELECT pg_sleep(5)').catch((e) => e);
  expect(error).toMatchObject({ code: '57014' });
  expect(isUnavailable(error)).toBe(true);
});
