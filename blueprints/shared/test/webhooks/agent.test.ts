import type { lookup as systemLookup } from 'node:dns';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { createWebhookAgent, ForbiddenAddressError } from '../../src/webhooks/agent.ts';
import { loopback, receivers } from '../support/webhooks.ts';

const receiver = receivers();

/** A name server that answers so, one answer after another. */
function naming(...answers: string[][]) {
  let asked = 0;
  const lookup = ((_name: string, _options: unknown, done: (...result: unknown[]) => void) => {
    const addresses = answers[asked] ?? [];
    asked += 1;
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as unknown as typeof systemLookup;
  return { lookup, asked: () => asked };
}

const portOf = (url: string) => new URL(url).port;

test('a name is resolved once a connection, and what it changes to is refused', async () => {
  const target = await receiver({ status: 200, headers: { connection: 'close' } });
  const names = naming(['127.0.0.1'], ['127.0.0.2']);
  const agent = createWebhookAgent([ipaddr.parseCIDR('127.0.0.1/32')], names.lookup);
  const origin = `http://rebinding.example:${portOf(target.url)}`;
  const post = () => agent.request({ origin, path: '/', method: 'POST' });
  const first = await post();
  await first.body.dump();
  expect([first.statusCode, names.asked()]).toEqual([200, 1]);
  await expect(post()).rejects.toThrow(ForbiddenAddressError);
  expect([target.connections, names.asked()]).toEqual([1, 2]);
  await agent.close();
});

test.each([
  [['127.0.0.1']],
  [['8.8.8.8', '127.0.0.1']],
  [['::ffff:127.0.0.1']],
  [['169.254.169.254']],
  [['fd00::1']],
  [['no address']],
])('a name for %j is not connected to', async (addresses) => {
  const target = await receiver();
  const agent = createWebhookAgent([], naming(addresses).lookup);
  const origin = `http://private.example:${portOf(target.url)}`;
  await expect(agent.request({ origin, path: '/', method: 'POST' })).rejects.toThrow();
  expect(target.connections).toBe(0);
  await agent.close();
});

test.each(['127.0.0.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', 'localhost'])(
  '%s is not connected to',
  async (host) => {
    const target = await receiver();
    const agent = createWebhookAgent([]);
    const { origin } = new URL(`http://${host}:${portOf(target.url)}`);
    const post = agent.request({ origin, path: '/', method: 'POST' });
    await expect(post).rejects.toThrow(ForbiddenAddressError);
    expect(target.connections).toBe(0);
    await agent.close();
  },
);

test('what the operator allows is connected to', async () => {
  const target = await receiver();
  const agent = createWebhookAgent(loopback);
  const { origin } = new URL(target.url);
  const { statusCode, body } = await agent.request({ origin, path: '/', method: 'POST' });
  await body.dump();
  expect([statusCode, target.connections]).toEqual([200, 1]);
  await agent.close();
});
