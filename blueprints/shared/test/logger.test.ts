import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createLogger } from '../src/logger.ts';

function recording() {
  const lines: string[] = [];
  return { lines, log: createLogger('info', 'test', { write: (line) => lines.push(line) }) };
}

test('secrets are cut out, at any of three depths', () => {
  const { log, lines } = recording();
  log.info({ authorization: 'S1', headers: { authorization: 'S2' }, req: { a: { token: 'S3' } } });
  log.info({ ai: { apiKey: 'S4' }, password: 'S5', keys: [{ token: 'S6' }] });
  log.child({ secret: 'S7' }).info('bound');
  expect(lines.join('')).toContain('[redacted]');
  expect(lines.join('')).not.toMatch(/S\d/);
});

test('what is logged stays as it is', () => {
  const { log, lines } = recording();
  const headers = { authorization: 'S1', accept: 'all' };
  log.info({ headers, list: [1, 'two'], at: new Date(0), nothing: null });
  expect(headers.authorization).toBe('S1');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    headers: { authorization: '[redacted]', accept: 'all' },
    list: [1, 'two'],
    at: '1970-01-01T00:00:00.000Z',
    nothing: null,
  });
});

test('an error is told without what hangs on it', () => {
  const { log, lines } = recording();
  const cause = Object.assign(new Error('inner'), { client: { big: 'state' }, code: 'E1' });
  log.warn({ err: new Error('outer', { cause }) }, 'failed');
  const { err } = JSON.parse(lines[0] ?? '');
  expect(err).toMatchObject({ message: 'outer', cause: { message: 'inner', code: 'E1' } });
  expect(lines.join('')).not.toContain('state');
});

test.each([
  ['exits', 'process.exit()'],
  ['fails', 'throw new Error()'],
])('a process that %s leaves no line behind', async (_how, end) => {
  const url = new URL('../src/logger.ts', import.meta.url).href;
  const code = `import { createLogger } from '${url}';
    const log = createLogger('info', 'test');
    for (let i = 0; i < 1000; i += 1) log.info({ i }, 'a line');
    ${end}`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  const { stdout } = await run.catch((error) => error);
  const lines = stdout.trim().split('\n');
  const left: number[] = lines.map((line: string) => JSON.parse(line).i);
  // The last may overtake what was on its way already.
  expect(left.toSorted((a, b) => a - b)).toEqual([...Array(1000).keys()]);
});
