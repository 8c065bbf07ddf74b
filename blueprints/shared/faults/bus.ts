import { Connection } from 'rabbitmq-client';
import { declareTopology } from '../src/bus/consumer/declare.ts';
import type { BusConfig } from '../src/bus/topology.ts';
import { removeBus, takeMessage } from '../test/support/bus.ts';
import { until } from '../test/support/wait.ts';
import type { Proxies } from './foundation.ts';
import type { FaultProxy } from './proxy.ts';
import type { World } from './world.ts';

const limits = { BUS_QUEUE_LIMIT: 100_000, BUS_DELIVERY_LIMIT: 10 };
const connect = () => new Connection(process.env.RABBITMQ_URL ?? '');

interface End {
  job: string;
  type: string;
}

/** Takes the place of a consumer, past the proxies, and remembers what it was told. */
export class Listener implements AsyncDisposable {
  /** What each event says, by its id. */
  readonly heard = new Map<string, End>();
  messages = 0;
  private readonly rabbit: Connection;
  private readonly config: BusConfig;

  private constructor(rabbit: Connection, config: BusConfig) {
    this.rabbit = rabbit;
    this.config = config;
  }

  /** Its queue is there before anything is published. */
  static async of({ queue }: World, settings: Partial<typeof limits> = {}): Promise<Listener> {
    const config = { BUS_NAME: queue, ...limits, ...settings };
    const rabbit = connect();
    await declareTopology(rabbit, config);
    return new Listener(rabbit, config);
  }

  /** Takes all that is there. */
  async listen(): Promise<void> {
    for (;;) {
      const message = await takeMessage(this.rabbit, this.config, 'ledger');
      if (!message) return;
      this.messages += 1;
      this.heard.set(String(message.messageId), {
        job: message.body.data.id,
        type: message.body.type,
      });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rabbit.close();
  }
}

/** Waits until the outbox is empty, and holds what was heard against the jobs: each end was told, by
 *  one event, however often that arrived. */
export async function allEndsAreTold(world: World, listener: Listener): Promise<void> {
  await world.drain();
  const back = performance.now();
  await until('an empty outbox', async () => {
    await listener.listen();
    return (await waitingEvents(world)) === 0;
  });
  world.figures.atMost('told_s', (performance.now() - back) / 1000, 15);
  await listener.listen();
  const { rows } = await world.pool.query<End>(
    `SELECT id AS job, 'job.' || status AS type FROM jobs WHERE finished_at IS NOT NULL`,
  );
  const key = ({ job, type }: End) => `${job} ${type}`;
  const ends = rows.map(key);
  const events = [...listener.heard.values()].map(key);
  const told = new Set(events);
  world.figures.exactly('ends_not_told', ends.filter((end) => !told.has(end)).length, 0);
  world.figures.exactly('told_and_not_so', events.filter((one) => !ends.includes(one)).length, 0);
  world.figures.exactly('events_too_many', events.length - told.size, 0);
  world.figures.note('ends', ends.length);
  world.figures.note('messages', listener.messages);
}

export async function waitingEvents({ pool }: World): Promise<number> {
  const { rows } = await pool.query('SELECT count(*)::int AS count FROM domain_events');
  return rows[0].count;
}

export async function deleteBus(name: string): Promise<void> {
  const rabbit = connect();
  await removeBus(rabbit, { BUS_NAME: name, ...limits });
  await rabbit.close();
}

export function rabbitOf({ RABBITMQ_URL }: Proxies): FaultProxy {
  if (!RABBITMQ_URL) throw new Error('The service has no RABBITMQ_URL');
  return RABBITMQ_URL;
}
