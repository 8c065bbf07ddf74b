import { counted, duration, mean, number, percent } from '../figures.ts';
import type { Rule } from '../finding.ts';
import { thresholds } from '../thresholds.ts';

/** Every slot is taken and jobs wait for one, longer and longer or too long. */
export const workers: Rule = {
  cause: 'workers',
  explains: [],
  find({ seconds, processes, postgres, expected }) {
    const known = processes.flatMap(({ worker }) => worker ?? []);
    const sum = (of: (worker: (typeof known)[number]) => number) =>
      known.reduce((total, worker) => total + of(worker), 0);
    const [slots, busy] = [sum(({ slots }) => slots), sum(({ busy }) => busy)];
    const [before, after] = postgres?.queue ?? [];
    if (!before || !after || slots === 0 || busy / slots < thresholds.slots) return undefined;
    const wait = after.oldest_s ?? 0;
    const growth = (after.waiting - before.waiting) / seconds;
    if (before.waiting === 0 || after.waiting === 0) return undefined;
    if (growth <= 0 && wait < expected.waitSeconds) return undefined;
    const runs = { calls: sum(({ runs }) => runs.calls), seconds: sum(({ runs }) => runs.seconds) };
    const run = mean(runs) || seconds;
    const rate = runs.calls / seconds;
    const wanted = Math.ceil((rate + Math.max(0, growth)) * run * 1.25);
    return {
      severity: wait / (wait + run),
      title: `Too few workers: ${slots === 1 ? 'the one slot is' : `all ${slots} slots are`} taken, and jobs wait`,
      evidence: [
        `${counted(known.length, 'worker')}: ${number(busy)} of ${counted(slots, 'slot')} busy; a run takes ${duration(run)}`,
        `${counted(after.waiting, 'job')} waiting, the oldest for ${duration(wait)} (planned: ${duration(expected.waitSeconds)}); ${number(Math.abs(growth))}/s ${growth > 0 ? 'more' : 'fewer'}`,
        `${number(rate)} runs/s end: ${percent(wait / (wait + run))} of a job's life is waiting for a slot`,
      ],
      quickWins: [
        `Start more workers, or raise WORKER_CONCURRENCY: about ${Math.max(wanted, slots + 1)} slots keep up (now ${slots})`,
        'Raise AI_CONCURRENCY too, if it is set and the AI API allows it',
      ],
      structural: [
        'Let workers scale by jobs_oldest_waiting_seconds instead of CPU: a worker that waits uses none',
        'Bursts that may wait: priority low, and a longer JOB_WAIT_S',
      ],
      measure: [
        'max(jobs_oldest_waiting_seconds) must fall',
        'sum(worker_slots{state="busy"}) / sum(worker_slots) must stay below 0.9',
      ],
    };
  },
};
