import { number, percent } from '../figures.ts';
import { type Finding, type Rule, worst } from '../finding.ts';
import type { OutgoingReading } from '../readings.ts';

/** Calls to something outside fail, or are refused because they did. */
export const aiFailing: Rule = {
  cause: 'ai-failing',
  explains: ['ai-slow', 'workers'],
  find: ({ seconds, processes }) =>
    worst(
      processes.flatMap(({ url, outgoing }) =>
        outgoing.flatMap((reading) => judge(url, reading, seconds)),
      ),
    ),
};

function judge(url: string, reading: OutgoingReading, seconds: number): Finding[] {
  const { dependency, calls, failed, refused, open } = reading;
  const tried = calls.calls + refused;
  if (!open && tried === 0) return [];
  const lost = tried === 0 ? 1 : (failed + refused) / tried;
  return [
    {
      severity: lost,
      title: `Calls to ${dependency} fail`,
      evidence: [
        `${url}: ${percent(lost)} of ${number(tried / seconds)} calls/s failed or were refused`,
        open
          ? 'Its breaker is open: jobs are put off, at no cost of attempts'
          : 'Its breaker is closed',
      ],
      quickWins: [
        'npm run dlq -- list, and the log line "job failed": its err.cause has what the other side said',
        'Check key, quota and URL; jobs that wait are done once it is well again',
      ],
      structural: ['A second provider as fallback of the Dependency'],
      measure: [
        `sum by (outcome) (rate(outgoing_call_duration_seconds_count{dependency="${dependency}"}[5m]))`,
        `max(outgoing_breaker_state{dependency="${dependency}"}) must be 0`,
      ],
    },
  ];
}
