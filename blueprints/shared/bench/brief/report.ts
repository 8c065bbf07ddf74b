import type { Bottleneck, Forecast } from './forecast.ts';

export interface Row {
  quantity: string;
  unit: string;
  predicted: number;
  /** null: could not be measured here. */
  measured: number | null;
  /** Measured over predicted; null where there is nothing to divide. */
  ratio: number | null;
}

export interface Report {
  rows: Row[];
  /** Factors by which the load may grow, the first to be full first. Measured ones are extrapolated:
   *  use grows with the load. */
  bottlenecks: { predicted: Bottleneck[]; measured: Bottleneck[] };
  /** How it was measured. */
  notes: string[];
}

/** By prediction; what is not there could not be measured. */
export type Measured = Record<string, number | undefined>;

export function compare(forecast: Forecast, measured: Measured, notes: string[]): Report {
  const rows = forecast.predictions.map(({ name, unit, value }) => {
    const found = measured[name];
    const is = found === undefined || Number.isNaN(found) ? null : found;
    const ratio = is === null || value === 0 ? null : is / value;
    return { quantity: name, unit, predicted: value, measured: is, ratio };
  });
  const ratios = Object.fromEntries(rows.map(({ quantity, ratio }) => [quantity, ratio]));
  const predicted = forecast.bottlenecks;
  return { rows, bottlenecks: { predicted, measured: extrapolate(forecast, ratios) }, notes };
}

/** By resource: how much more or less of it a unit of load takes, or it gives, than predicted. */
function extrapolate(
  { bottlenecks, load, predictions }: Forecast,
  ratio: Record<string, number | null>,
) {
  /** `others` use the resource as well, as predicted. */
  const use = (name: string, others: number) => {
    const own = predictions.find((one) => one.name === name)?.value ?? 0;
    return (own + others) / (own * (ratio[name] ?? 1) + others);
  };
  const networkS = (load.reads_per_s + load.writes_per_s) * load.round_trip_s;
  const growth: Record<string, number> = {
    'api CPU': ratio.requests_a_core ?? 1,
    'api pools': use('api_pool_busy', networkS),
    'database CPU': use('database_busy', load.slow_queries * 1000),
    'worker slots': ratio.slot_jobs ?? 1,
  };
  return bottlenecks
    .map(({ resource, factor }) => ({ resource, factor: factor * (growth[resource] ?? 1) }))
    .sort((a, b) => a.factor - b.factor);
}

/** At most 80 columns. */
export function print({ rows, bottlenecks, notes }: Report): void {
  console.log(
    `${'quantity'.padEnd(50)}${'brief'.padStart(10)}${'here'.padStart(10)}${'ratio'.padStart(8)}`,
  );
  for (const { quantity, unit, predicted, measured, ratio } of rows) {
    const name = `${quantity.replaceAll('_', ' ')}, ${unit}`.padEnd(50);
    const figures = [shown(predicted).padStart(10), shown(measured).padStart(10)];
    console.log(`${name}${figures.join('')}${(ratio?.toFixed(2) ?? '-').padStart(8)}`);
  }
  const told = (all: Bottleneck[]) =>
    all.map(({ resource, factor }) => `${resource} ${shown(factor)} x`).join(', ');
  const lines = [
    `full first by the brief: ${told(bottlenecks.predicted)}`,
    `full first here, extrapolated: ${told(bottlenecks.measured)}`,
    ...notes,
  ];
  console.log(`\n${lines.map(bullet).join('\n')}`);
}

/** In lines of at most 80 columns. */
const bullet = (text: string) => `- ${text.replace(/(.{1,77})(?: |$)/g, '$1\n  ').trimEnd()}`;

/** Three significant digits. */
function shown(value: number | null): string {
  if (value === null) return 'unknown';
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
