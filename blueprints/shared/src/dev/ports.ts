import { once } from 'node:events';
import { createServer } from 'node:net';

/** The first of so many ports from this one on that nobody listens on. */
export async function freePort(from: number, tries = 50): Promise<number> {
  for (let port = from; port < from + tries; port += 1) if (await isFree(port)) return port;
  throw new Error(`No port between ${from} and ${from + tries - 1} is free`);
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '0.0.0.0');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
