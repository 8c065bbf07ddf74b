import { expect, test } from 'vitest';
import { isUnavailable } from '../../src/database/unavailable.ts';

const coded = (code: string) => Object.assign(new Error('no answer'), { code });

test.each([
  ['ECONNREFUSED'],
  ['EAI_AGAIN'],
  ['CERT_HAS_EXPIRED'],
  ['SELF_SIGNED_CERT_IN_CHAIN'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['ERR_TLS_CERT_ALTNAME_INVALID'],
  ['28P01'],
  ['57P01'],
])('%s is the database that is away', (code) => {
  expect(isUnavailable(coded(code))).toBe(true);
});

test.each([['22P02'], ['23505'], ['42P01'], ['ERR_INVALID_ARG_TYPE']])(
  '%s is the statement that is wrong',
  (code) => {
    expect(isUnavailable(coded(code))).toBe(false);
  },
);
