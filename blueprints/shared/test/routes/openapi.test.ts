import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testApp } from '../app.ts';
import { testDatabase } from '../support/database.ts';

const api = testApp(testDatabase({ migrated: false }));

test('the committed openapi.json is up to date (npm run openapi writes it)', async () => {
  const served = (await api.inject({ url: '/openapi.json' })).json();
  expect(served.openapi).toBe('3.1.0');
  expect(JSON.parse(await readFile('openapi.json', 'utf8'))).toEqual(served);
});
