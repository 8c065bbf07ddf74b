import type { Rule } from '../finding.ts';
import { aiFailing } from './ai-failing.ts';
import { aiSlow } from './ai-slow.ts';
import { buffers } from './buffers.ts';
import { coldCache } from './cold-cache.ts';
import { connections } from './connections.ts';
import { eventLoop } from './event-loop.ts';
import { locks } from './locks.ts';
import { missingIndex } from './missing-index.ts';
import { nPlusOne } from './n-plus-one.ts';
import { pool } from './pool.ts';
import { redis } from './redis.ts';
import { slowStatement } from './slow-statement.ts';
import { workers } from './workers.ts';

export const rules: readonly Rule[] = [
  aiFailing,
  aiSlow,
  buffers,
  coldCache,
  connections,
  eventLoop,
  locks,
  missingIndex,
  nPlusOne,
  pool,
  redis,
  slowStatement,
  workers,
];
