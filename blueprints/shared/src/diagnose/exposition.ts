interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** What a /metrics says, in Prometheus' text format. */
export class Exposition {
  private readonly samples: Sample[];

  constructor(text: string) {
    this.samples = text.split('\n').flatMap((row) => {
      const [, name, labels = '', value] = line.exec(row) ?? [];
      if (!name) return [];
      const pairs = Array.from(labels.matchAll(label), ([, key, value]) => [key, value]);
      return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
    });
  }

  has(name: string): boolean {
    return this.samples.some((sample) => sample.name === name);
  }

  /** The sum of a metric's samples that have these labels. */
  sum(name: string, labels: Record<string, string> = {}): number {
    const wanted = Object.entries(labels);
    return this.samples
      .filter((sample) => sample.name === name)
      .filter((sample) => wanted.every(([key, value]) => sample.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** The values that a label of a metric has. */
  values(name: string, label: string): string[] {
    const named = this.samples.filter((sample) => sample.name === name);
    return [...new Set(named.map(({ labels }) => labels[label] ?? ''))];
  }
}
