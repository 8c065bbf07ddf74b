import { z } from 'zod';
import { sizing } from '../../sizing.ts';
import { count, url } from '../../variables.ts';

const replicas = z
  .string()
  .transform((urls) => urls.split(','))
  .pipe(z.array(url('postgres', 'postgresql')));

export const replicaVariables = {
  /** Each of them by name: behind what spreads connections, one would be taken for all. */
  DATABASE_REPLICA_URL: replicas.optional(),
  /** Connections of a process to each. */
  REPLICA_POOL: count(sizing.api_pool, 1000),
};
