import { LRUCache } from 'lru-cache';
import { Problem } from '../../http/problem.ts';

const dayMs = 86_400_000;
const defaultDays = 30;
/** A year, and what comparing it with the last one takes. */
const maxDays = 400;

interface Range {
  from?: string | undefined;
  to?: string | undefined;
}

/** The days from `from`, before `to`; by default the last thirty, with today. Throws a Problem. */
export function rangeOf({ from, to }: Range) {
  const end = to === undefined ? dayAt(Date.now()) + 1 : dayAt(Date.parse(to));
  const start = from === undefined ? end - defaultDays : dayAt(Date.parse(from));
  if (end <= start) {
    throw refused('from', 'The first day must be before `to`, which is not included.');
  }
  if (end - start > maxDays) throw refused('to', `At most ${maxDays} days after \`from\`.`);
  return { from: from ?? textOf(start), to: to ?? textOf(end) };
}

/** A day's number since 1970. */
const dayAt = (ms: number) => Math.floor(ms / dayMs);

/** Kept: almost every request asks for the same two. */
const texts = new LRUCache<number, string>({
  max: 100,
  memoMethod: (day) => new Date(day * dayMs).toISOString().slice(0, 10),
});
const textOf = (day: number) => texts.memo(day);

const refused = (parameter: string, detail: string) =>
  new Problem(422, 'The request does not fit its schema.', { faults: [{ parameter, detail }] });
