import type { Redis } from 'ioredis';

/** The least life of a tag's version, more than any load takes; else it lives as its entries do. */
export const tagMs = 3_600_000;

/** Reads an entry; unless it is fresh, also tries for its load lock. Entries carry the versions that
 *  their tags had before the load, and what has lost its version gets a new one here, so that an
 *  evicted version makes entries unreadable, never current. A lock that was taken for other versions
 *  is void: its load began before an invalidation. Ages are what PTTL says is left of a life. */
const look = `
local entry, lock, owner = KEYS[1], KEYS[2], ARGV[1]
local versions = {}
for i = 3, #KEYS do versions[i - 2] = redis.call('GET', KEYS[i]) or owner end
local current = table.concat(versions, ' ')
local text, held, fresh, stale = unpack(
  redis.call('HMGET', entry, 'text', 'versions', 'fresh_left', 'stale_left'))
local left = redis.call('PTTL', entry)
if held ~= current then text = false end
if text and left > tonumber(fresh) then return {text, left, fresh, stale, false, current, 0} end

for i = 3, #KEYS do redis.call('SET', KEYS[i], versions[i - 2], 'NX', 'PX', ARGV[3]) end
local holder = redis.call('GET', lock)
local free = not holder or string.sub(holder, 1, #current + 1) ~= current .. ' '
if free then redis.call('SET', lock, current .. ' ' .. owner, 'PX', ARGV[2]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return {text, left, fresh, stale, free, current, now}`;

/** Gives the lock back and stores what was loaded, if the tags' versions still are those of the look.
 *  The end of its life is set by Redis' own clock, since a hung Redis may run this late. */
const keep = `
local entry, lock, versions = KEYS[1], KEYS[2], ARGV[1]
if redis.call('GET', lock) == versions .. ' ' .. ARGV[2] then redis.call('DEL', lock) end
local current = {}
for i = 3, #KEYS do current[i - 2] = redis.call('GET', KEYS[i]) or '' end
if table.concat(current, ' ') ~= versions then return 0 end
redis.call('HSET', entry,
  'text', ARGV[3], 'versions', versions, 'fresh_left', ARGV[5], 'stale_left', ARGV[6])
redis.call('PEXPIREAT', entry, ARGV[4])
local left = redis.call('PTTL', entry)
for i = 3, #KEYS do
  if redis.call('PTTL', KEYS[i]) < left then redis.call('PEXPIRE', KEYS[i], left) end
end
return 1`;

const release = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

const invalidate = `
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('PUBLISH', ARGV[3], ARGV[4])`;

export type LookReply = [
  text: string | null,
  left: number,
  freshLeft: string | null,
  staleLeft: string | null,
  locked: 1 | null,
  versions: string,
  now: number,
];

/** The scripts as commands; each begins with its number of keys. */
export interface CacheScripts extends Redis {
  cacheLook(keys: number, ...args: (string | number)[]): Promise<LookReply>;
  cacheKeep(keys: number, ...args: (string | number)[]): Promise<0 | 1>;
  cacheRelease(keys: 1, lock: string, token: string): Promise<null>;
  cacheInvalidate(keys: 1, ...args: (string | number)[]): Promise<null>;
}

export function withScripts(redis: Redis): CacheScripts {
  redis.defineCommand('cacheLook', { lua: look });
  redis.defineCommand('cacheKeep', { lua: keep });
  redis.defineCommand('cacheRelease', { lua: release });
  redis.defineCommand('cacheInvalidate', { lua: invalidate });
  return redis as CacheScripts;
}
