import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkHandlers } from '../../src/jobs/handlers.ts';
import { defineHandler, defineType } from '../../src/jobs/type.ts';
import { testDependency } from '../support/handlers.ts';

const typeOf = (name: string, deadlineMs = 1000) =>
  defineType({ name, description: '', input: z.unknown(), result: z.unknown(), deadlineMs });
const handlerOf = (name: string) => defineHandler(typeOf(name), async () => 1);

describe.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('%d ms', (ms) => {
  test('is no deadline of a job type', () => {
    expect(() => typeOf('endless', ms)).toThrow(`The job type endless has a deadline of ${ms} ms`);
  });

  test('is no deadline of a dependency', () => {
    const options = { name: 'geocoder', timeoutMs: ms, concurrency: 1 };
    expect(() => testDependency(options)).toThrow('The dependency geocoder has a deadline');
  });
});

test('the longest timer is a deadline', () => {
  expect(typeOf('long', 2 ** 31 - 1)).toMatchObject({ deadlineMs: 2 ** 31 - 1 });
});

test('each type has one handler, and each handler a type; all faults are named at once', () => {
  const types = [typeOf('a'), typeOf('b'), typeOf('c')];
  const check = (...names: string[]) => checkHandlers(types, names.map(handlerOf));
  expect(() => check('a', 'b', 'c')).not.toThrow();
  expect(() => check('b', 'b', 'c', 'd')).toThrow(
    /once in createHandlers.*\n {2}a: 1 and 0\n {2}b: 1 and 2\n {2}d: 0 and 1$/,
  );
});
