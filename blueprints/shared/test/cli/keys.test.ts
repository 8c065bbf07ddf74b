import { expect, test } from 'vitest';
import { KeyStore } from '../../src/auth/keys.ts';
import { testDatabase } from '../support/database.ts';
import { processes } from '../support/processes.ts';

const database = testDatabase();
const start = processes();

async function keys(...args: string[]) {
  const script = start('src/cli/keys.ts', { DATABASE_URL: database.url }, args);
  const code = await script.ended;
  return { code, lines: script.output().trim().split('\n') };
}

test('create prints the key alone on its last line; list and revoke know it by its id', async () => {
  const created = await keys(
    'create',
    '--tenant',
    't1',
    '--scope',
    'jobs:read',
    '--scope',
    'admin',
  );
  const key = created.lines.at(-1) ?? '';
  expect(key).toMatch(/^ak_\S{43}$/);
  const [known] = await new KeyStore(database.db).list();
  expect(known).toMatchObject({ tenant: 't1', scopes: ['jobs:read', 'admin'] });
  const listed = await keys('list');
  expect(listed.lines).toHaveLength(1);
  expect(listed.lines[0]).toContain(known?.id);
  expect((await keys('revoke', known?.id ?? '')).code).toBe(0);
  expect((await keys('list')).lines[0]).toContain('revoked');
});

test.each([[['create', '--tenant', 't1']], [['create', '--tenant', 't1', '--scope', 'all']], [[]]])(
  'wrong usage is explained: %j',
  async (args) => {
    const { code, lines } = await keys(...args);
    expect(code).toBe(2);
    expect(lines.join('\n')).toContain('Usage:');
  },
);
