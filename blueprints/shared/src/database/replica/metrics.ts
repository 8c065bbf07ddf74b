import { Counter, Gauge, type Registry } from 'prom-client';
import type { Replica } from './replica.ts';

export type ReadMetrics = ReturnType<typeof readMetrics>;

export function readMetrics(registry: Registry, replicas: Replica[]) {
  const reads = new Counter({
    name: 'database_reads_total',
    help: 'Reads that may be a little old, by what answered them: replica or primary',
    labelNames: ['server'],
    registers: [registry],
  });
  new Gauge({
    name: 'database_replicas_fresh',
    help: 'Replicas that this process reads from now',
    registers: [registry],
    collect() {
      this.set(replicas.filter(({ fresh }) => fresh).length);
    },
  });
  new Gauge({
    name: 'database_replica_lag_seconds',
    help: 'How old the state of a replica is at most; it grows while the replica is lost',
    labelNames: ['replica'],
    registers: [registry],
    collect() {
      for (const { name, ageMs } of replicas) this.set({ replica: name }, ageMs / 1000);
    },
  });
  return { read: (server: 'replica' | 'primary') => reads.inc({ server }) };
}
