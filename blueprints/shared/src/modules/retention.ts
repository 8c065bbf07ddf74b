{% if partitioning == 'by-time' %}
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseOptions } from '../config.ts';
import { Database } from '../database/database.ts';
import { purgeUnpartitioned } from '../jobs/partition-statements.ts';
import { keepMonths } from '../jobs/partitions.ts';
import { purge, type Retention } from '../jobs/retention.ts';
import type { Base } from '../process.ts';

/** Jobs go a month at a time; those that no month has are deleted. */
export function createRetention({ config, db, log }: Base): Retention {
  const retentionDays = config.RETENTION_DAYS;
  // Looking through a large default partition takes its time, on a connection that may take it.
  const url = new URL(config.DATABASE_DIRECT_URL ?? config.DATABASE_URL);
  const statementMs = 6 * 3_600_000;
  url.searchParams.set('statement_timeout', String(statementMs));
  const options = { ...databaseOptions(config, { name: 'partitions', size: 1 }), statementMs };
  const patient = new Database({ ...options, url: url.href }, log);
  const closing = Promise.withResolvers<void>();
  const months = () => keepMonths(patient, { retentionDays }, log);
  return {
    chores: [
      {
        name: 'partitions',
        everyMs: 60_000,
        tick: () => Promise.race([months(), closing.promise]),
      },
      {
        name: 'retention',
        everyMs: 60_000,
        tick: () => purge(db, retentionDays, purgeUnpartitioned),
      },
    ],
    close() {
      closing.resolve();
      return Promise.race([patient.close(), sleep(1000)]);
    },
  };
}
{% else %}
import { purge, type Retention } from '../jobs/retention.ts';
import type { Base } from '../process.ts';

/** Jobs are deleted, a batch at a time. */
export const createRetention = ({ config, db }: Base): Retention => ({
  chores: [{ name: 'retention', everyMs: 60_000, tick: () => purge(db, config.RETENTION_DAYS) }],
  close: async () => {},
});
{% endif %}
