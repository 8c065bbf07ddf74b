import { freePort } from '../src/dev/ports.ts';

// Below the ports that the system hands out by itself.
let next = 20_000 + Math.floor(Math.random() * 10_000);

/** A port that nothing else of this run gets. */
export async function ownPort(): Promise<number> {
  const port = await freePort(next);
  next = port + 1;
  return port;
}
