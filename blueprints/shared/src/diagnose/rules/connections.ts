import { percent } from '../figures.ts';
import type { Rule } from '../finding.ts';
import { thresholds } from '../thresholds.ts';

/** Postgres takes hardly any more connections. */
export const connections: Rule = {
  cause: 'connections',
  explains: ['pool'],
  find({ postgres }) {
    if (!postgres) return undefined;
    const { connections, max_connections: max } = postgres.server;
    const used = connections / max;
    if (used < thresholds.connections) return undefined;
    return {
      severity: Math.min(1, used),
      title: 'Postgres is out of connections',
      evidence: [`${connections} of ${max} connections are in use (${percent(used)})`],
      quickWins: [
        'SELECT application_name, count(*) FROM pg_stat_activity GROUP BY 1 shows whose; lower API_POOL or WORKER_POOL of the largest',
      ],
      structural: ['PgBouncer in transaction mode before Postgres; DATABASE_DIRECT_URL past it'],
      measure: ['SELECT count(*) FROM pg_stat_activity'],
    };
  },
};
