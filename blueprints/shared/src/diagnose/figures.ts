/** Numbers as a person reads them. */
export const percent = (share: number) => `${Math.round(100 * share)} %`;

export function number(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(2))} million`;
  if (value >= 100) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}

export const duration = (seconds: number) =>
  seconds < 1 ? `${number(1000 * seconds)} ms` : `${number(seconds)} s`;

/** A text in one line of at most so many characters. */
export function short(text: string, most = 60): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** `1 job`, `2 jobs`. */
export const counted = (count: number, thing: string) =>
  `${number(count)} ${thing}${count === 1 ? '' : 's'}`;

/** What a thing costs each time, in seconds; 0 when it never came. */
export const mean = ({ calls, seconds }: { calls: number; seconds: number }) =>
  calls === 0 ? 0 : seconds / calls;
