import { setTimeout as sleep } from 'node:timers/promises';
import { startReceiver } from '../../test/support/receiver.ts';
import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { countDeliveries, createSecret, deliveriesEnd, isSigned, submitTold } from '../webhooks.ts';

const jobs = 20;
const schedule = [200, 400, 800, 1600, 3200, 6400];
const downs = [503, 302, 'never'] as const;
const settings = {
  WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
  WEBHOOK_SCHEDULE_MS: schedule.join(),
  WEBHOOK_TIMEOUT_MS: '500',
  WEBHOOK_CONCURRENCY: '80',
};

export default {
  number: 17,
  title: 'webhook receiver down through its schedule, and a worker killed meanwhile',
  seeds: 3,
  async run(world) {
    using receiver = await startReceiver(downs[world.random.int(0, downs.length - 1)]);
    const secret = await createSecret(world);
    const api = await world.startApi(settings);
    const worker = await world.startWorker(settings);
    await world.startWorker(settings);
    for (let i = 0; i < jobs; i += 1) await submitTold(world, api, receiver.url);
    await sleep(world.random.int(0, 3000));
    await worker.kill();
    // Until one of them has a single attempt left.
    await until('the schedule', async () => {
      return (await countDeliveries(world)).attempts === schedule.length;
    });
    receiver.answer = 204;
    world.figures.exactly('told', (await deliveriesEnd(world, jobs)).made, jobs);

    const { requests } = receiver;
    const attempts = Map.groupBy(requests, ({ headers }) => headers['webhook-id']);
    const timestamps = [...attempts.values()].map(
      (tries) => new Set(tries.map(({ headers }) => headers['webhook-timestamp'])).size,
    );
    const unsigned = requests.filter((received) => !isSigned(received, secret));
    world.figures.note('attempts', requests.length);
    world.figures.exactly('ids', attempts.size, jobs);
    world.figures.atLeast('timestamps_of_each', Math.min(...timestamps), 2);
    world.figures.exactly('not_signed', unsigned.length, 0);
  },
} satisfies FaultCase;
