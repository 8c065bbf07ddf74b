import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { World } from './world.ts';

export interface FaultCase {
  number: number;
  title: string;
  /** How many seeds a sweep runs it with; kills need many, load a few. */
  seeds: number;
  /** Breaks the world and measures; what holds after every case is checked by the runner. */
  run: (world: World) => Promise<void>;
}

const folder = path.join(import.meta.dirname, 'cases');

/** Every case of the folder, by number. */
export async function allCases(): Promise<FaultCase[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  const modules = await Promise.all(files.map((file) => import(path.join(folder, file))));
  return modules
    .map(({ default: one }) => one as FaultCase)
    .toSorted((a, b) => a.number - b.number);
}
