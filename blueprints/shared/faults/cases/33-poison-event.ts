import { until } from '../../test/support/wait.ts';
import { booksAreRight, replayDead } from '../booked.ts';
import type { FaultCase } from '../case.ts';

/** The default of BUS_DELIVERY_LIMIT: after so many further deliveries the broker gives up. */
const deliveryLimit = 5;

export default {
  number: 33,
  title: 'poison event',
  seeds: 3,
  async run(world) {
    const api = await world.startApi();
    await world.startWorker();
    const consumer = await world.start('consumer', { CONSUMER_RETRY_MS: '100' });
    // A fault of the consumer's: it cannot book what was cancelled.
    const fault = 'CONSTRAINT broken';
    await world.pool.query(`ALTER TABLE ledger_entries ADD ${fault} CHECK (cancelled = 0)`);
    const traffic = world.traffic(api, 20);
    const { id } = await api.submit('[[delay:60000]]');
    await api.ask(`/v1/jobs/${id}`, { method: 'DELETE' });
    await until('a dead event', async () => (await consumer.metric('bus_dead_events')) === 1);
    await traffic.stop();
    const tries = (await consumer.said()).match(/"msg":"event failed/g)?.length ?? 0;
    world.figures.exactly('tries', tries, deliveryLimit + 1);

    await world.pool.query(`ALTER TABLE ledger_entries DROP ${fault}`);
    world.figures.exactly('replayed', await replayDead(world), 1);
    await booksAreRight(world);
  },
} satisfies FaultCase;
