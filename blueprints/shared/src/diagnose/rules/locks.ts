import { duration } from '../figures.ts';
import type { Rule } from '../finding.ts';

/** Sessions wait for what another transaction holds. */
export const locks: Rule = {
  cause: 'locks',
  explains: ['slow-statement', 'pool', 'workers', 'missing-index', 'n-plus-one'],
  find({ postgres }) {
    const [before, after] = postgres?.locks ?? [];
    if (!before || !after || before.waiting === 0 || after.waiting === 0) return undefined;
    const { waiting, active, blocker_pid: pid, blocker_s: age, blocker_state: state } = after;
    return {
      severity: Math.min(1, waiting / Math.max(1, active)),
      title: `${waiting} sessions wait for a lock`,
      evidence: [
        `${waiting} of ${active} active sessions wait for locks, and did at the look before`,
        ...(pid === null
          ? []
          : [`Most wait for pid ${pid} (${state}), in a transaction for ${duration(age ?? 0)}`]),
      ],
      quickWins: [
        pid === null
          ? 'SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity shows who blocks whom'
          : `Look at it: SELECT * FROM pg_stat_activity WHERE pid = ${pid}; end it: SELECT pg_terminate_backend(${pid})`,
      ],
      structural: [
        'Migrations with lock_timeout and CONCURRENTLY; no transaction that waits for anything outside',
      ],
      measure: ["SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"],
    };
  },
};
