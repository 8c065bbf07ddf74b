export class EvictionError extends Error {
  override name = 'EvictionError';
}

/** A Redis that evicts would throw queued jobs away: throws EvictionError. Its policy is read from
 *  `INFO memory`, since managed services refuse CONFIG. */
export function checkEvictionPolicy(info: string): void {
  const policy = /^maxmemory_policy:(.+?)\r?$/m.exec(info)?.[1];
  if (policy === undefined) throw new Error('INFO memory names no maxmemory_policy');
  if (policy !== 'noeviction') {
    throw new EvictionError(
      `The Redis at REDIS_URL evicts (maxmemory-policy ${policy}): it must not hold a queue. ` +
        'Set maxmemory-policy to noeviction.',
    );
  }
}
