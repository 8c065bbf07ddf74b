import { databaseOptions } from '../../config.ts';
import { startLoop } from '../../loop.ts';
import type { Base } from '../../process.ts';
import { Database, type Reader } from '../database.ts';
import { readMetrics } from './metrics.ts';
import { Reads } from './reads.ts';
import { Replica } from './replica.ts';

/** A request that a replica has no connection for soon is the primary's. */
const acquireMs = 250;

export interface ReplicaReads {
  reads: Reader;
  close(): Promise<unknown>;
}

/** The reads of a process, and what keeps its eye on the replicas. Half of STALENESS_S is theirs, the
 *  other half that of caches before them. */
export function createReads(base: Pick<Base, 'config' | 'db' | 'registry' | 'log'>): ReplicaReads {
  const { config, db: primary, registry, log } = base;
  const { DATABASE_REPLICA_URL: urls = [], STALENESS_S, REPLICA_POOL } = config;
  const maxAgeMs = STALENESS_S * 500;
  if (maxAgeMs === 0) return { reads: primary, close: async () => {} };
  const open = (url: string, name: string, size: number) =>
    new Database({ ...databaseOptions(config, { name, size }), url, acquireMs }, log);
  const replicas = urls.map((url) => {
    const db = open(url, 'reads', REPLICA_POOL);
    const probe = open(url, 'probe', 1);
    return new Replica({ name: new URL(url).host, primary, db, probe, maxAgeMs, log });
  });
  const stops = replicas.map((replica) => {
    const { everyMs } = replica;
    return startLoop({ name: 'replica', everyMs, tick: () => replica.check() }, log);
  });
  return {
    reads: new Reads(primary, replicas, readMetrics(registry, replicas)),
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await Promise.all(replicas.map((replica) => replica.close()));
    },
  };
}
