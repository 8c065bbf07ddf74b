import { DeadLetters } from '../jobs/dead-letters.ts';
import { runCommand, UsageError, withDatabase } from './command.ts';

const usage = `Usage:
  npm run dlq -- list          the newest 100 that nobody has replayed, of all tenants
  npm run dlq -- show ID       one, with its stack
  npm run dlq -- replay ID …   start their jobs over, or send their webhooks again`;

const [command, ...ids] = process.argv.slice(2);

await runCommand(() =>
  withDatabase(async (db) => {
    const letters = new DeadLetters(db);
    if (command === 'list' && ids.length === 0) await list(letters);
    else if (command === 'show' && ids[0]) await show(letters, ids[0]);
    else if (command === 'replay' && ids.length > 0) await replay(letters, ids);
    else throw new UsageError(usage);
  }),
);

async function list(letters: DeadLetters) {
  const open = await letters.listAll(100);
  for (const { id, tenant, type, attempts, error, died_at } of open) {
    const what = `${error.name}: ${error.message}`.split('\n')[0];
    console.log(`${id}  ${died_at.toISOString()}  ${tenant}  ${type}  ${attempts}x  ${what}`);
  }
  if (open.length === 0) console.log('no dead letters');
}

async function show(letters: DeadLetters, id: string) {
  const letter = await letters.find(id);
  if (!letter) throw new UsageError(`There is no dead letter ${id}`);
  const { error, ...rest } = letter;
  console.log(JSON.stringify(rest, null, 2));
  console.log(error.stack || `${error.name}: ${error.message}`);
}

async function replay(letters: DeadLetters, ids: string[]) {
  for (const id of ids) {
    const job = await letters.replay(id);
    if (!job) throw new UsageError(`There is no dead letter ${id} that waits for a replay`);
    console.log(`${id}: replayed; job ${job.id} is ${job.status}`);
  }
}
