import { startLoop } from '../loop.ts';
import type { Base } from '../process.ts';
import type { Ledger } from './ledger.ts';

/** Forgets by and by what was handled long ago: an event that has not come for RETENTION_DAYS comes no
 *  more. Answers what ends it. */
export const startUpkeep = ({ config, log }: Base, ledger: Ledger): (() => Promise<void>) =>
  startLoop(
    { name: 'ledger inbox', everyMs: 60_000, tick: () => ledger.purge(config.RETENTION_DAYS) },
    log,
  );
