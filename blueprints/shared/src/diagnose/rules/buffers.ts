import { number, percent } from '../figures.ts';
import type { Rule } from '../finding.ts';
import { thresholds } from '../thresholds.ts';

/** What is asked for is not in Postgres' memory. */
export const buffers: Rule = {
  cause: 'buffers',
  explains: ['slow-statement', 'pool'],
  find({ postgres, seconds }) {
    if (!postgres) return undefined;
    const { hit, read } = postgres.blocks;
    const missed = read / Math.max(1, hit + read);
    if (missed < thresholds.blocksMissed) return undefined;
    return {
      severity: Math.min(1, (read * thresholds.blockSeconds) / seconds),
      title: 'Postgres reads from disk what its buffers do not hold',
      evidence: [
        `${number(read / seconds)} blocks/s are read, ${percent(missed)} of all that is asked for`,
        `shared_buffers is ${postgres.server.shared_buffers}`,
      ],
      quickWins: ['shared_buffers at a quarter of the memory of the machine; needs a restart'],
      structural: ['More memory, or fewer rows: partitions and a shorter RETENTION_DAYS'],
      measure: [
        'SELECT blks_hit, blks_read FROM pg_stat_database WHERE datname = current_database()',
      ],
    };
  },
};
