import { hostname } from 'node:os';
import { startReceiver } from '../../test/support/receiver.ts';
import type { FaultCase } from '../case.ts';
import { createSecret, deliveriesEnd, submitTold } from '../webhooks.ts';

const compressed = { WEBHOOK_SCHEDULE_MS: '50', WEBHOOK_TIMEOUT_MS: '2000' };
const refused = [
  '127.0.0.1',
  '0x7f.1',
  '2130706433',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '0.0.0.0',
  'localhost',
];
const elsewhere = ['169.254.169.254', '10.0.0.1', '192.168.0.1', '100.64.0.1', '[fd00::1]'];

export default {
  number: 18,
  title: 'webhook to loopback, link-local, private, or redirecting or resolving there',
  seeds: 1,
  async run(world) {
    using inside = await startReceiver(200, {});
    const { port } = new URL(inside.url);
    await createSecret(world);
    const api = await world.startApi(compressed);
    let statuses = 0;
    for (const host of [...refused, ...elsewhere]) {
      const { status } = await submitTold(world, api, `http://${host}:${port}/`);
      if (status === 422) statuses += 1;
    }
    world.figures.exactly('refused', statuses, refused.length + elsewhere.length);

    // Those that the api cannot see through, or that got past it.
    const names = [...refused, hostname()];
    for (const _ of names) await submitTold(world, api, 'https://receiver.invalid/');
    await world.pool.query(
      `UPDATE jobs SET webhook_url = 'http://' || host || ':' || $2 || '/'
       FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM jobs) AS numbered
       JOIN unnest($1::text[]) WITH ORDINALITY AS name (host, n) USING (n) WHERE jobs.id = numbered.id`,
      [names, port],
    );
    const worker = await world.startWorker(compressed);
    world.figures.exactly('told', (await deliveriesEnd(world, names.length)).made, 0);
    await worker.stop();

    const allowing = { ...compressed, WEBHOOK_ALLOW_CIDRS: '127.0.0.1/32' };
    using redirecting = await startReceiver({ status: 308, headers: { location: inside.url } });
    const allowed = await world.startApi(allowing);
    await world.startWorker(allowing);
    await submitTold(world, allowed, redirecting.url);
    await deliveriesEnd(world, names.length + 1);
    world.figures.exactly('redirecting_requests', redirecting.requests.length, 2);
    world.figures.exactly('connections', inside.connections, 0);
  },
} satisfies FaultCase;
