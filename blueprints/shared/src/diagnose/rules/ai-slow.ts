import { duration, mean, number, percent } from '../figures.ts';
import type { Rule } from '../finding.ts';
import type { OutgoingReading, Readings } from '../readings.ts';
import { thresholds } from '../thresholds.ts';

/** Runs wait for the AI API, much longer than was planned. */
export const aiSlow: Rule = {
  cause: 'ai-slow',
  explains: ['workers'],
  find(readings) {
    const { seconds, expected, processes } = readings;
    const calls = processes.flatMap(({ outgoing }) => outgoing.filter(isAi));
    const inUse = calls.reduce((sum, call) => sum + call.inUse, 0);
    const total = {
      calls: calls.reduce((sum, call) => sum + call.calls.calls, 0),
      seconds: calls.reduce((sum, call) => sum + call.calls.seconds, 0),
    };
    if (total.calls === 0 && inUse === 0) return undefined;
    // When none ended, each took longer than the time between the looks.
    const took = total.calls === 0 ? seconds : mean(total);
    if (took < thresholds.aiSlower * expected.aiSeconds) return undefined;
    const share = shareOfRuns(readings, total.seconds, inUse);
    const [slots, busy] = slotsOf(readings);
    return {
      severity: share * (1 - expected.aiSeconds / took),
      title: `The AI API is slow: a call takes ${duration(took)}, planned were ${duration(expected.aiSeconds)}`,
      evidence: [
        `${percent(share)} of what runs take is waiting for the AI API`,
        `${number(total.calls / seconds)} calls/s end, ${number(inUse)} are under way; ${number(busy)} of ${number(slots)} slots are busy`,
      ],
      quickWins: [
        "Look at the AI API's own status and limits: a rate limit or a larger model shows as latency",
        'While it lasts, raise WORKER_CONCURRENCY (and AI_CONCURRENCY): runs that wait use no CPU',
      ],
      structural: [
        'A faster model or shorter prompts for what need not be the best; a second provider as fallback of the Dependency',
        'If it stays so: archgen review --set typical_operation_s=…, which sizes workers anew; or AI_TYPICAL_MS',
      ],
      measure: [
        'histogram_quantile(0.5, sum by (le) (rate(outgoing_call_duration_seconds_bucket{dependency="ai"}[5m])))',
        'max(jobs_oldest_waiting_seconds)',
      ],
    };
  },
};

const isAi = ({ dependency }: OutgoingReading) => dependency === 'ai';

/** By what ended between the looks, or, when nothing did, by what is under way. */
function shareOfRuns({ processes }: Readings, aiSeconds: number, inUse: number): number {
  const workers = processes.flatMap(({ worker }) => worker ?? []);
  const runs = workers.reduce((sum, { runs }) => sum + runs.seconds, 0);
  const busy = workers.reduce((sum, { busy }) => sum + busy, 0);
  if (aiSeconds > 0 && runs > 0) return Math.min(1, aiSeconds / runs);
  return busy > 0 ? Math.min(1, inUse / busy) : 0;
}

function slotsOf({ processes }: Readings): [slots: number, busy: number] {
  const workers = processes.flatMap(({ worker }) => worker ?? []);
  return [
    workers.reduce((sum, { slots }) => sum + slots, 0),
    workers.reduce((sum, { busy }) => sum + busy, 0),
  ];
}
