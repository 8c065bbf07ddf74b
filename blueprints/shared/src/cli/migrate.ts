import { loadDatabaseConfig } from '../config.ts';
import { migrate } from '../database/migrator.ts';
import { runCommand } from './command.ts';

await runCommand(async () => {
  const config = loadDatabaseConfig();
  const applied = await migrate(config.DATABASE_DIRECT_URL ?? config.DATABASE_URL, {
    statementMs: config.DATABASE_STATEMENT_MS,
  });
  for (const name of applied) console.log(`applied ${name}`);
  console.log(applied.length === 0 ? 'nothing to apply' : `${applied.length} applied`);
});
