import { expect, test } from 'vitest';
import { unstorable } from '../src/text.ts';

test('pointers lead to every text and name that cannot be stored', () => {
  const value = { ok: ['fine', { 'a/b~': 'NUL \0' }], 'bad\0name': 1, half: '\ud83d', whole: '🎉' };
  expect(unstorable(value)).toEqual(['/ok/1/a~1b~0', '/bad\0name', '/half']);
});
