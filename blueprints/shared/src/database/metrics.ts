import { Counter, Gauge, type Registry } from 'prom-client';
import type { Cost, Database } from './database.ts';

/** The pool of a process, and what statements cost their callers. By Little's law the rate of
 *  `database_statement_seconds_total` is how many callers are at the pool; what exceeds its size
 *  waits for a connection. */
export function databaseMetrics(registry: Registry, db: Database) {
  new Gauge({
    name: 'database_pool_connections',
    help: 'Connections of this process by state; waiting: callers without one',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(db.connections)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'database_pool_size',
    help: 'The most connections that this process may have',
    registers: [registry],
    collect() {
      this.set(db.size);
    },
  });
  new Gauge({
    name: 'database_silence_seconds',
    help: 'How long Postgres has not answered this process',
    registers: [registry],
    collect() {
      this.set((performance.now() - db.answeredAt) / 1000);
    },
  });
  const counter = (name: string, help: string, of: (cost: Cost) => number) =>
    new Counter({
      name,
      help,
      labelNames: ['statement'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [name, cost] of db.costs) this.inc({ statement: withoutHash(name) }, of(cost));
      },
    });
  counter('database_statements_total', 'Statements by name', ({ calls }) => calls);
  counter(
    'database_statement_seconds_total',
    'How long callers waited for statements, a connection included',
    ({ seconds }) => seconds,
  );
}

/** A statement sends its name with a hash of its text; a series should outlive a release. */
const withoutHash = (name: string) => name.slice(0, name.lastIndexOf('.'));
