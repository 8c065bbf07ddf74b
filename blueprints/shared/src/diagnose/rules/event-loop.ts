import { number, percent } from '../figures.ts';
import { type Rule, worst } from '../finding.ts';
import { thresholds } from '../thresholds.ts';

/** A process has no time left: all that it does is late. */
export const eventLoop: Rule = {
  cause: 'event-loop',
  explains: ['pool', 'ai-slow', 'slow-statement'],
  find: ({ seconds, processes }) =>
    worst(
      processes
        .filter(({ loop }) => loop >= thresholds.loop)
        .map(({ url, loop, requests, worker }) => ({
          severity: loop,
          title: 'An event loop is full: one process does more than it can',
          evidence: [
            `${url}: its event loop is at work ${percent(loop)} of the time`,
            `It does ${number((requests ?? worker?.runs ?? { calls: 0 }).calls / seconds)} ${requests ? 'requests' : 'runs'}/s`,
          ],
          quickWins: [
            'Start another process of its kind: they share nothing',
            'node --cpu-prof on one of them shows what computes',
          ],
          structural: [
            'What computes for more than some milliseconds: a job, and there a worker thread',
            'Smaller answers and bodies: JSON is what most loops are full of',
          ],
          measure: ['rate(nodejs_eventloop_active_seconds_total[5m]) must stay below 0.85'],
        })),
    ),
};
