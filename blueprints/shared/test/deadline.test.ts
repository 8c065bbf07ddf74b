import { expect, test } from 'vitest';
import { withDeadline } from '../src/deadline.ts';

const never = () => new Promise<never>(() => {});
const signal = new AbortController().signal;

test('work that does not listen ends at its deadline all the same', async () => {
  const late = withDeadline({ ms: 20, of: 'The work', signal }, never);
  await expect(late).rejects.toMatchObject({
    name: 'DeadlineExceeded',
    message: 'The work did not end within 20 ms',
  });
});

test('work that listens learns of it, and its own error hides nothing', async () => {
  const listening = (given: AbortSignal) =>
    new Promise<never>((_, reject) => {
      given.addEventListener('abort', () => reject(new Error('hung up')));
    });
  const late = withDeadline({ ms: 20, of: 'The work', signal }, listening);
  await expect(late).rejects.toMatchObject({ name: 'DeadlineExceeded' });
});

test('an abort of the caller ends it with the caller’s reason', async () => {
  const abort = new AbortController();
  const pending = withDeadline({ ms: 60_000, of: 'The work', signal: abort.signal }, never);
  abort.abort(new Error('cancelled'));
  await expect(pending).rejects.toThrow('cancelled');
});

test('what is done in time is answered, and its error is its own', async () => {
  const deadline = { ms: 60_000, of: 'The work', signal };
  expect(await withDeadline(deadline, async () => 7)).toBe(7);
  await expect(
    withDeadline(deadline, () => {
      throw new Error('at once');
    }),
  ).rejects.toThrow('at once');
});
