import { expect, test } from 'vitest';
import { checkEvictionPolicy } from '../../src/redis/policy.ts';

const info = (policy: string) => `# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:${policy}\r\nx:1\r\n`;

test('a Redis that evicts is refused, with the setting named', () => {
  expect(() => checkEvictionPolicy(info('noeviction'))).not.toThrow();
  expect(() => checkEvictionPolicy(info('allkeys-lru'))).toThrow(
    /maxmemory-policy allkeys-lru.*Set maxmemory-policy to noeviction/,
  );
  expect(() => checkEvictionPolicy('# Memory\r\n')).toThrow('names no maxmemory_policy');
});
