import { parseArgs } from 'node:util';
import { z } from 'zod';
import { connectRabbit } from '../bus/connection.ts';
import { DeadEvents } from '../bus/consumer/dead-events.ts';
import { deadQueueOf, queueOf, subscriptions } from '../bus/topology.ts';
import { busVariables } from '../bus/variables.ts';
import { load } from '../config.ts';
import { Ledger } from '../ledger/ledger.ts';
import { createLogger } from '../logger.ts';
import { traceIdOf } from '../trace.ts';
import { runCommand, UsageError, withDatabase } from './command.ts';

const consumers = subscriptions.map(({ consumer }) => consumer);

const usage = `Usage:
  npm run bus -- dead list [--consumer NAME]            the oldest 100 that wait for a replay
  npm run bus -- dead replay [--consumer NAME] ID …     to their consumer again
  npm run bus -- dead replay [--consumer NAME] --all    all of them
  npm run bus -- ledger --tenant TENANT                 what the ledger has booked
Consumers: ${consumers.join(', ')} (ledger unless told otherwise). Why an event died is in
its consumer's log, under its id.`;

const listed = 100;

await runCommand(async () => {
  const { positionals, values } = parsed();
  const [command, action, ...ids] = positionals;
  const { all, consumer, tenant } = values;
  if (command === 'ledger' && tenant && !action) await showLedger(tenant);
  else if (command !== 'dead' || !consumers.includes(consumer)) throw new UsageError(usage);
  else if (action === 'list' && ids.length === 0) await withDead(consumer, list);
  else if (action === 'replay' && ids.length > 0 !== all) {
    await withDead(consumer, (dead) => replay(dead, all ? undefined : ids));
  } else throw new UsageError(usage);
});

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        consumer: { type: 'string', default: 'ledger' },
        all: { type: 'boolean', default: false },
        tenant: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}

async function withDead(consumer: string, use: (dead: DeadEvents) => Promise<void>) {
  const config = load(z.object(busVariables));
  const queues = { queue: queueOf(config, consumer), deadQueue: deadQueueOf(config, consumer) };
  const connection = connectRabbit(
    config.RABBITMQ_URL,
    'command',
    createLogger('silent', 'command'),
  );
  try {
    await connection.onConnect(5000);
    await use(new DeadEvents(connection, queues));
    await connection.close();
  } finally {
    connection.unsafeDestroy();
  }
}

async function list(dead: DeadEvents) {
  const { events, more } = await dead.list(listed);
  for (const { id, type, reason, died_at, traceparent } of events) {
    const trace = traceIdOf(traceparent);
    console.log(`${id}  ${died_at.toISOString()}  ${type}  ${reason}  trace ${trace}`);
  }
  if (events.length === 0) console.log('no dead events');
  if (more > 0) console.log(`and ${more} more`);
}

async function replay(dead: DeadEvents, ids?: string[]) {
  const missing = new Set(ids);
  let count = 0;
  for await (const id of dead.replay(ids)) {
    console.log(`${id}: replayed`);
    missing.delete(id);
    count += 1;
  }
  if (!ids && count === 0) console.log('no dead events');
  if (missing.size > 0) throw new Error(`Not in the dead queue: ${[...missing].join(', ')}`);
}

async function showLedger(tenant: string) {
  await withDatabase(async (db) => {
    const months = await new Ledger(db).months(tenant);
    for (const { month, succeeded, dead, cancelled, took_ms } of months) {
      const counts = `${succeeded} succeeded, ${dead} dead, ${cancelled} cancelled`;
      console.log(`${month}  ${counts}, ${took_ms / 1000} s`);
    }
    if (months.length === 0) console.log(`nothing is booked for ${tenant}`);
  });
}
