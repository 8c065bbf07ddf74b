import { createSubscription } from '../bus/consumer/create.ts';
import { type DomainEvent, UnreadableError } from '../bus/consumer/message.ts';
import type { Base, Service } from '../process.ts';
import { endTypes } from './event.ts';
import { Ledger } from './ledger.ts';
import { startUpkeep } from './upkeep.ts';

/** The second service in a process of its own: what it listens to, and what it forgets. */
export function createConsumer(base: Base): Service {
  const ledger = new Ledger(base.db);
  const subscription = createSubscription(base, 'ledger', (event) => handle(ledger, event));
  let stopUpkeep = async () => {};
  return {
    start() {
      stopUpkeep = startUpkeep(base, ledger);
      subscription.start();
    },
    async stop() {
      await Promise.all([subscription.close(), stopUpkeep()]);
    },
  };
}

async function handle(ledger: Ledger, event: DomainEvent) {
  if (endTypes.some((type) => type === event.type)) return ledger.book(event);
  throw new UnreadableError(`Nothing handles events of the type ${event.type}`);
}
