import { startLoop } from '../loop.ts';
import type { Base } from '../process.ts';
import type { Ledger } from './ledger.ts';

/** Forgets by and by what was handled long ago: no event comes again after RETENTION_DAYS. Answers what
 *  ends it. */
export const startUpkeep = ({ config, log }: Base, ledger: Ledger): (() => Promise<void>) =>
  startLoop(
    { name: 'ledger inbox', everyMs: 60_000, tick: () => ledger.purge(config.RETENTION_DAYS) },
    log,
  );
