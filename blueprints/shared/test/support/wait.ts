import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until there is an answer; fails with what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = 20_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found;
    await sleep(25);
  }
  throw new Error(`Waited ${timeoutMs} ms for: ${what}`);
}
