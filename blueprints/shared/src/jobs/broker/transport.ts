import type { Database } from '../../database/database.ts';
import type { Logger } from '../../logger.ts';
import type { LoopOptions } from '../../loop.ts';
import type { Runner } from '../runner.ts';
import type { Consumer, Transport } from '../transport.ts';
import type { Broker, Consume } from './broker.ts';
import { LostRuns } from './lost.ts';
import { relay } from './relay.ts';

export interface BrokerTransportOptions {
  db: Database;
  broker: Broker;
  /** Who takes the messages. */
  take: Consume;
  /** How often due jobs are looked for. */
  pollMs: number;
  log: Logger;
}

/** Jobs come by a broker: published from their table, and again when the broker loses them. */
export class BrokerTransport implements Transport {
  readonly chores: LoopOptions[];
  private readonly broker: Broker;
  private readonly take: Consume;

  constructor({ db, broker, take, pollMs, log }: BrokerTransportOptions) {
    this.broker = broker;
    this.take = take;
    const lost = new LostRuns(db, broker, log);
    this.chores = [
      { name: 'relay', everyMs: pollMs, tick: () => relay(db, broker, log) },
      { name: 'lost runs', everyMs: 2000, tick: () => lost.recover() },
    ];
  }

  consume(runner: Runner, concurrency: number): Consumer {
    const consumer = this.take((run) => runner.run(run), concurrency);
    return {
      close: async () => {
        await consumer.close();
        await runner.settled();
      },
    };
  }

  close(): Promise<void> {
    return this.broker.close();
  }
}
