export interface Figure {
  value: number;
  /** What was promised of it, as it is printed. */
  promise?: string;
  broken?: true;
}

/** What a run measured, and which promises it broke; none of them ends the run. A promise may name a
 *  second bound, for a machine that also does other things: Infinity says that none can be given. */
export class Figures {
  readonly all: Record<string, Figure> = {};
  private readonly idle: boolean;

  constructor(idle: boolean) {
    this.idle = idle;
  }

  get broken(): boolean {
    return Object.values(this.all).some((figure) => figure.broken);
  }

  note(name: string, value: number): void {
    this.all[name] = { value: rounded(value) };
  }

  exactly(name: string, value: number, expected: number): void {
    this.promised(name, value, `= ${expected}`, value === expected);
  }

  atMost(name: string, value: number, most: number, busy = most): void {
    const bound = this.idle ? most : busy;
    if (bound === Infinity) this.note(name, value);
    else this.promised(name, value, `≤ ${bound}`, value <= bound);
  }

  atLeast(name: string, value: number, least: number, busy = least): void {
    const bound = this.idle ? least : busy;
    this.promised(name, value, `≥ ${bound}`, value >= bound);
  }

  private promised(name: string, value: number, promise: string, kept: boolean) {
    this.all[name] = { value: rounded(value), promise, ...(kept ? {} : { broken: true }) };
  }
}

export const sayFigure = (name: string, { value, promise, broken }: Figure) =>
  `${broken ? 'BROKEN ' : ''}${name} ${value}${promise ? ` (${promise})` : ''}`;

const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** The value below which so many of the values are; 0 of none. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
