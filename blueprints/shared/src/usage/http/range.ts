import { Problem } from '../../http/problem.ts';

const dayMs = 86_400_000;
const defaultDays = 30;
/** A year, and what comparing it with the last one takes. */
const maxDays = 400;

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The days from `from`, before `to`; by default the last thirty, with today. Throws a Problem. */
export function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }) {
  const end = to ?? dayOf(Date.now() + dayMs);
  const start = from ?? dayOf(Date.parse(end) - defaultDays * dayMs);
  const days = (Date.parse(end) - Date.parse(start)) / dayMs;
  if (days <= 0) throw refused('from', 'The first day must be before `to`, which is not included.');
  if (days > maxDays) throw refused('to', `At most ${maxDays} days after \`from\`.`);
  return { from: start, to: end };
}

const refused = (parameter: string, detail: string) =>
  new Problem(422, 'The request does not fit its schema.', { faults: [{ parameter, detail }] });
