import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { WebhookSecrets } from '../../src/webhooks/secrets.ts';
import { testDatabase } from '../support/database.ts';
import { processes } from '../support/processes.ts';

const database = testDatabase();
const start = processes();

async function run(...args: string[]) {
  const script = start('src/cli/webhook-secret.ts', { DATABASE_URL: database.url }, args);
  const code = await script.ended;
  return { code, output: script.output(), last: script.output().trim().split('\n').at(-1) ?? '' };
}

const states = async (tenant: string) =>
  (await new WebhookSecrets(database.db).list(tenant)).map(({ expires_at }) => expires_at);

test('create prints a secret alone on its last line, once a tenant', async () => {
  const { code, last } = await run('create', '--tenant', 't1');
  expect(code).toBe(0);
  expect(last).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(new Webhook(last).sign('id', new Date(), '{}')).toMatch(/^v1,/);
  const again = await run('create', '--tenant', 't1');
  expect([again.code, again.output]).toEqual([2, expect.stringContaining('rotate')]);
  const listed = await run('list', '--tenant', 't1');
  expect(listed.last).toMatch(/current$/);
  expect(listed.output).not.toContain('whsec_');
});

test('rotate keeps the one before for the overlap, and never a third', async () => {
  expect((await run('rotate', '--tenant', 't2')).output).toContain('create');
  const old = await run('create', '--tenant', 't2');
  const rotated = await run('rotate', '--tenant', 't2');
  expect(rotated.last).toMatch(/^whsec_/);
  expect(rotated.last).not.toBe(old.last);
  const [expiring, current] = await states('t2');
  expect(current).toBeNull();
  const hours = ((expiring?.getTime() ?? 0) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(23);
  expect(hours).toBeLessThan(25);
  await run('rotate', '--tenant', 't2', '--overlap-h', '0');
  const [leaked, newest, ...more] = await states('t2');
  expect([newest, more]).toEqual([null, []]);
  expect(leaked?.getTime()).toBeLessThanOrEqual(Date.now());
});

test('two rotations at once leave one current secret', async () => {
  const secrets = new WebhookSecrets(database.db);
  const created = await Promise.all([secrets.create('t3'), secrets.create('t3')]);
  expect(created.filter(Boolean)).toHaveLength(1);
  await Promise.all([secrets.rotate('t3', 1), secrets.rotate('t3', 1)]);
  expect((await states('t3')).filter((expiry) => expiry === null)).toHaveLength(1);
});

test.each([[['create']], [['rotate', '--tenant', 't', '--overlap-h', 'x']], [[]]])(
  'wrong usage is explained: %j',
  async (args) => {
    const { code, output } = await run(...args);
    expect([code, output]).toEqual([2, expect.stringContaining('Usage:')]);
  },
);
