import { expect, test } from 'vitest';
import { testDatabase } from '../support/database.ts';
import { processes } from '../support/processes.ts';

const database = testDatabase();
const start = processes();

async function schedules(...args: string[]) {
  const script = start('src/cli/schedules.ts', { DATABASE_URL: database.url }, args);
  const code = await script.ended;
  return { code, said: script.output().trim() };
}

const input = '{"text": "a text"}';
const of = (...more: string[]) => ['--tenant', 't1', ...more];
const job = of('--type', 'summarize', '--input', input);

test('a schedule is added, listed, paused, resumed, run and removed', async () => {
  expect((await schedules('list')).said).toBe('no schedules');
  const zone = ['--cron', '0 9 * * 1-5', '--time-zone', 'Europe/Berlin'];
  const added = await schedules('add', 'reports', ...job, ...zone);
  expect(added).toMatchObject({
    code: 0,
    said: expect.stringMatching(/^reports of t1: ticks .*Z$/),
  });
  expect(await schedules('add', 'reports', ...job, '--every', '60')).toMatchObject({
    code: 2,
    said: 'reports of t1 is there already: remove it first',
  });
  expect((await schedules('add', 'minutely', ...job, '--every', '60')).code).toBe(0);

  expect((await schedules('pause', 'reports', ...of())).code).toBe(0);
  const listed = (await schedules('list')).said.split('\n');
  expect(listed).toEqual([
    expect.stringMatching(/^t1 {2}minutely {2}summarize {2}every 60 s {2}next \S+Z {2}last none$/),
    't1  reports  summarize  "0 9 * * 1-5" Europe/Berlin  paused  last none',
  ]);
  expect((await schedules('resume', 'reports', ...of())).said).toContain('ticks next at 20');

  const ran = await schedules('run', 'reports', ...of());
  const [id] = ran.said.match(/[0-9a-f-]{36}/) ?? [];
  const { rows } = await database.pool.query('SELECT type, status FROM jobs WHERE id = $1', [id]);
  expect(rows).toEqual([{ type: 'summarize', status: 'queued' }]);

  expect((await schedules('remove', 'reports', ...of())).code).toBe(0);
  expect(await schedules('run', 'reports', ...of())).toMatchObject({
    code: 2,
    said: 'There is no schedule reports of t1',
  });
}, 30_000);

test.each([
  [[], 'Usage:'],
  [['add', 'reports', ...job], 'Give --every or --cron'],
  [['add', 'reports', ...job, '--every', '0'], 'whole seconds, not "0"'],
  [['add', 'reports', ...job, '--every', '60', '--time-zone', 'UTC'], 'goes with --cron'],
  [['add', 'reports', ...job, '--cron', '61 * * * *'], '61'],
  [['add', 'reports', ...job, '--cron', '0 9 * * *', '--time-zone', 'Mars/X'], 'Mars/X'],
  [['add', 'two words', ...job, '--every', '60'], 'visible ASCII'],
  [['add', 'reports', ...of('--type', 'nothing', '--input', input), '--every', '60'], '"nothing"'],
  [['add', 'reports', ...of('--type', 'summarize', '--input', '{'), '--every', '60'], 'not JSON'],
  [['add', 'reports', ...of('--type', 'summarize', '--input', '{}'), '--every', '60'], '/text'],
  [['add', 'reports', '--every', '60', '--nothing'], 'nothing'],
  [['pause', 'reports', ...of()], 'There is no schedule reports of t1'],
])('wrong usage is explained: %j', async (args, why) => {
  const { code, said } = await schedules(...args);
  expect(code).toBe(2);
  expect(said).toContain(why);
});
