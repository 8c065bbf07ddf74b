import { expect } from 'vitest';
import type { Observed } from './observe.ts';
import { isFinal } from './rules.ts';

const whileActive = ['progress', 'succeeded', 'retrying', 'queued', 'dead', 'cancelled'];

/** Which events may follow which. */
const next: Record<string, string[]> = {
  queued: ['active', 'cancelled'],
  retrying: ['active', 'cancelled'],
  active: whileActive,
  progress: whileActive,
  succeeded: [],
  dead: ['queued'],
  cancelled: [],
};

/** What holds of a job's rows at any moment, whatever happened. */
export function holdInvariants({ job, ...rows }: Observed) {
  const count = (...types: string[]) => job.events.filter((type) => types.includes(type)).length;
  const final = isFinal(job);

  expect(job.place, 'waits or is worked on in one place, until it is finished').toMatch(
    final ? /^none$/ : job.status === 'active' ? /^worker$/ : /^(outbox|broker)$/,
  );
  expect(rows.finished).toBe(final);

  expect(rows.seqs, 'no gaps among the events').toEqual(job.events.map((_, i) => i + 1));
  expect(rows.eventSeq).toBe(job.events.length);
  for (const [i, type] of job.events.slice(1).entries()) {
    expect(next[job.events[i] as string], `after ${job.events[i]}`).toContain(type);
  }
  expect(job.events.findLast((type) => type !== 'progress')).toBe(job.status);

  expect(job.run, 'a run for each time it became runnable').toBe(count('queued', 'retrying'));
  expect(count('succeeded')).toBeLessThanOrEqual(1);
  expect(job.letters, 'a letter for each death').toHaveLength(count('dead'));
  const open = job.letters.filter(({ replayed }) => !replayed);
  expect(open).toHaveLength(job.status === 'dead' ? 1 : 0);
  const ends = count('succeeded', 'dead', 'cancelled');
  expect(job.deliveries, 'a delivery for each end').toHaveLength(job.notifies ? ends : 0);
  expect(rows.usage).toEqual({
    jobs: Number(final),
    succeeded: Number(job.status === 'succeeded'),
    dead: Number(job.status === 'dead'),
  });
  expect(rows.secondsOff).toBe(0);
}
