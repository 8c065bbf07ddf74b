import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { type Figure, percentile } from './figures.ts';

/** One run, as it stands in a line of the results' file. */
export interface Result {
  case: number;
  title: string;
  seed: number;
  ok: boolean;
  seconds: number;
  figures: Record<string, Figure>;
  /** Why the run ended early. */
  error?: string;
}

/** The results so far; with a file they outlive the process. */
export class Results {
  readonly all: Result[] = [];
  private readonly file: string | undefined;

  constructor(file?: string) {
    this.file = file;
    if (file === undefined || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n'))
      if (line) this.all.push(JSON.parse(line));
  }

  has(number: number, seed: number): boolean {
    return this.all.some((result) => result.case === number && result.seed === seed);
  }

  add(result: Result): void {
    this.all.push(result);
    if (this.file !== undefined) appendFileSync(this.file, `${JSON.stringify(result)}\n`);
  }
}

/** A row a case and figure: over all seeds, the median and the worst. */
export function tableOf(results: Result[]): string {
  const rows = [['case', 'seeds', 'failed', 'figure', 'promised', 'median', 'worst']];
  for (const [number, runs] of Map.groupBy(results, (result) => result.case)) {
    const failed = runs.filter(({ ok }) => !ok).length;
    const names = new Set(runs.flatMap(({ figures }) => Object.keys(figures)));
    for (const [i, name] of [...names].entries()) {
      const figures = runs.flatMap(({ figures }) => figures[name] ?? []);
      const promise = figures[0]?.promise ?? '';
      const whole = i > 0 ? ['', '', ''] : [number, runs.length, failed].map(String);
      rows.push([...whole, name, promise, ...spread(figures, promise)]);
    }
  }
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function spread(figures: Figure[], promise: string) {
  const values = figures.map(({ value }) => value);
  const worst = promise.startsWith('≥') ? Math.min(...values) : Math.max(...values);
  return [percentile(values, 0.5), worst].map(String);
}
