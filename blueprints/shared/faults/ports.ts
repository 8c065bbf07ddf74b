import { randomInt } from 'node:crypto';
import { isFree } from '../src/dev/ports.ts';

// Below the ports that the system hands out by itself.
const [first, end] = [20_000, 32_000];
const taken = new Set<number>();

/** A port that nothing else of this run gets. At random, since several runs share the machine. */
export async function ownPort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(first, end);
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`No port between ${first} and ${end - 1} is free`);
}
