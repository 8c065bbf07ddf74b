import { expect, test } from 'vitest';
import { maxBodyBytes, parseBody } from '../../src/http/body.ts';

const parse = (text: string) => parseBody(Buffer.from(text));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test('a body may nest so deep and no deeper; brackets in strings do not count', () => {
  expect(parse(nested(64))).toBeInstanceOf(Array);
  expect(() => parse(nested(65))).toThrow('deeper than 64');
  expect(parse(JSON.stringify({ text: `\\"${'['.repeat(100)}` }))).toBeTypeOf('object');
});

test.each(['"', '\\"', '"\\', '[', '{"a":', '\\\\"'])(
  'a body of nothing but %j is refused by one walk',
  (part) => {
    const body = `"${part.repeat(maxBodyBytes / part.length)}`;
    const startedAt = performance.now();
    expect(() => parse(body)).toThrow(/not JSON|deeper/);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  },
);
