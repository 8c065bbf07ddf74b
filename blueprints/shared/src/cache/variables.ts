import { sizing } from '../sizing.ts';
import { amount } from '../variables.ts';

export const cacheVariables = {
  /** How old a read answer may be. 0: nothing is cached. */
  STALENESS_S: amount(sizing.staleness_s, 86_400),
  /** What a process may keep of answers. 0: nothing is cached. */
  CACHE_L1_MB: amount(sizing.cache_l1_mb, 65_536),
};
