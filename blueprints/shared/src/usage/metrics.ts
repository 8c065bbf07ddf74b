import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import { sampled } from '../ops/sampled.ts';
import { waiting } from './projection-statements.ts';

/** How far the projection is behind what is added to it whenever it is read. */
export function projectionMetrics(registry: Registry, db: Database) {
  const sample = sampled(db, waiting);
  new Gauge({
    name: 'projection_deltas_waiting',
    help: 'Deltas of usage that no roll-up has moved into their days; each read adds them, so they cost time alone',
    registers: [registry],
    async collect() {
      const row = await sample();
      if (row) this.set(row.deltas);
    },
  });
}
