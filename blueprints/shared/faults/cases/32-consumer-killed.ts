import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/wait.ts';
import { booksAreRight, countBooked } from '../booked.ts';
import { rabbitOf } from '../bus.ts';
import type { FaultCase } from '../case.ts';
import type { World } from '../world.ts';

// A consumer can die in two places: with an event that it has not booked, and with one that it has
// booked and not acknowledged.
export default {
  number: 32,
  title: 'consumer SIGKILL before it has booked, and between booking and its acknowledgement',
  seeds: 20,
  async run(world) {
    const api = await world.startApi();
    await world.startWorker();
    const traffic = world.traffic(api, 40);
    await dieUnbooked(world);
    await dieUnacknowledged(world);
    const survivors = [await world.start('consumer'), await world.start('consumer')];
    await sleep(500);
    const { id } = await api.submit('[[delay:60000]]');
    await api.ask(`/v1/jobs/${id}`, { method: 'DELETE' });
    await traffic.stop();
    await booksAreRight(world);
    const duplicates = String.raw`bus_event_duration_seconds_count\{result="duplicate"\}`;
    let again = 0;
    for (const survivor of survivors) {
      again += await survivor.metric(duplicates);
      world.figures.exactly(`${survivor.name}_exit_code`, Number((await survivor.stop()).how), 0);
    }
    world.figures.atLeast('booked_events_that_came_again', again, 5);
  },
} satisfies FaultCase;

/** Its statement waits for a lock when it is killed; its connections end with it, as with its machine. */
async function dieUnbooked(world: World) {
  const victim = await world.start('consumer');
  const client = await world.pool.connect();
  await client.query('BEGIN; LOCK TABLE ledger_entries');
  const waiting = `FROM pg_stat_activity WHERE application_name = 'consumer'
    AND datname = current_database() AND wait_event_type = 'Lock'`;
  await until('an event that is being booked', async () => {
    const { rows } = await world.pool.query(`SELECT ${waiting}`);
    return rows.length > 0;
  });
  await sleep(world.random.int(0, 300));
  await victim.kill();
  await world.pool.query(`SELECT pg_terminate_backend(pid) ${waiting}`);
  await client.query('ROLLBACK');
  client.release();
}

/** Nothing that it says reaches the broker any more; what it had been given it has booked. */
async function dieUnacknowledged(world: World) {
  const proxies = await world.newProxies();
  const victim = await world.start('consumer', {}, { proxies });
  const before = await countBooked(world);
  await until('the first events', async () => (await countBooked(world)) > before);
  rabbitOf(proxies).hold('up');
  const held = await countBooked(world);
  await until('events without an answer', async () => (await countBooked(world)) >= held + 5);
  await sleep(world.random.int(0, 300));
  await victim.kill();
  rabbitOf(proxies).cut();
}
