import { readFile } from 'node:fs/promises';

/** What the brief said of this repository (docs/architecture.md, under Forecast). */
export interface Forecast {
  /** What it was told for: rates a second at the peak. */
  load: Load;
  predictions: Prediction[];
  bottlenecks: Bottleneck[];
}

export interface Load {
  reads_per_s: number;
  /** Of the reads, those that ask after a job that is not finished. */
  polls_per_s: number;
  writes_per_s: number;
  jobs_per_s: number;
  job_kb: number;
  response_kb: number;
  operation_s: number;
  /** Jobs at once in all workers that are needed, without the one to spare. */
  job_slots: number;
  worker_concurrency: number;
  /** The most jobs at once that the brief gives one process. */
  most_worker_slots: number;
  /** Of the core that CPU figures are told for, rounds/s (see cpu.ts). */
  core_speed: number;
  /** Of a statement, to Postgres and back; it has none here. */
  round_trip_s: number;
  /** Cores that the operation itself keeps busy in Postgres. */
  slow_queries: number;
}

export interface Prediction {
  name: string;
  value: number;
  unit: string;
}

export interface Bottleneck {
  resource: string;
  /** By how much all loads may grow until it is full. */
  factor: number;
}

export async function readForecast(): Promise<Forecast> {
  const text = await readFile(new URL('forecast.json', import.meta.url), 'utf8');
  const forecast: Forecast | null = JSON.parse(text);
  if (forecast) return forecast;
  throw new Error(
    'bench/brief/forecast.json holds no forecast: this repository was rendered without a brief, or\n' +
      'by a version that made none. One made by `archgen new` has it.',
  );
}
