import { expect, test } from 'vitest';
import { planOf } from '../../src/dev/fake-ai-script.ts';

test.each([
  ['a text', 1, {}],
  ['a [[fail:500]] text', 99, { fail: '500' }],
  ['[[fail:timeoutx2]]', 2, { fail: 'timeout' }],
  ['[[fail:timeoutx2]]', 3, {}],
  ['[[fail:schema]] [[delay:20]]', 1, { fail: 'schema', delayMs: 20 }],
  ['[[fail:200]]', 1, {}],
])('%s, call %i', (text, call, plan) => {
  expect(planOf(text, call)).toEqual(plan);
});
