/** What Redis does in one step: each script may come twice, and then does nothing the second time. */
import { hash } from 'node:crypto';

export interface Script {
  readonly text: string;
  readonly sha1: string;
}

function script(text: string): Script {
  return { text, sha1: hash('sha1', text) };
}

/** The field that names the last writes of a hash, the latest first. */
export const WRITES = 'w';
/** Octets of the name of a write. */
export const WRITE_NAME_BYTES = 12;

/**
 * Changes a hash if it is as it was read. KEYS: the hash. ARGV: the name of the last write that was read, empty for none; the name of this one;
 * how long the hash is kept (ms); whether that is `set` or only `extend`s; channel and message for who has old copies; then fields and
 * values, empty to remove. Answers 1, also for a write that it knows; 0 where somebody else was first.
 */
export const REPLACE: Script = script(`
local writes = redis.call('HGET', KEYS[1], 'w') or ''
for at = 1, #writes, 12 do
  if string.sub(writes, at, at + 11) == ARGV[2] then return 1 end
end
if string.sub(writes, 1, 12) ~= ARGV[1] then return 0 end
for at = 7, #ARGV, 2 do
  if ARGV[at + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[at])
  else redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
end
redis.call('HSET', KEYS[1], 'w', string.sub(ARGV[2] .. writes, 1, 96))
if ARGV[4] == 'set' or redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
if writes ~= '' and ARGV[5] ~= '' then redis.call('PUBLISH', ARGV[5], ARGV[6]) end
return 1`);

/**
 * Removes a hash if it is as it was read. KEYS: the hash. ARGV: the name of the last write that was read; channel and message.
 * Answers 1; 0 where it changed; -1 where it is gone.
 */
export const REMOVE: Script = script(`
local writes = redis.call('HGET', KEYS[1], 'w')
if not writes then return -1 end
if string.sub(writes, 1, 12) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[2], ARGV[3]) end
return 1`);

/**
 * Gives an entry to a holder, unless another has it. KEYS: the entry; how many there are, how many of the owner, and where there is one of his
 * context, each by the minute in which they end. ARGV: the holder; how long the entry is kept (ms); the minute it is, and that in
 * which the entry ends; how many there may be; until when it is kept by the clock of the server, and how much longer that may be. Answers 1 or 0: the holder's or not; {-1, all} where there is no room, {-2, those of the
 * owner} where it has its share, {-3, those of the context} where that has.
 */
export const CLAIM: Script = script(`
local held = redis.call('GET', KEYS[1])
if held then return held == ARGV[1] and 1 or 0 end
local minute = tonumber(ARGV[3])
local function live(key)
  local counts, sum = redis.call('HGETALL', key), 0
  for at = 1, #counts, 2 do
    if tonumber(counts[at]) <= minute then redis.call('HDEL', key, counts[at])
    else sum = sum + tonumber(counts[at + 1]) end
  end
  return sum
end
local all = live(KEYS[2])
local left = tonumber(ARGV[5]) - all
if left <= 0 then return {-1, all} end
local own = live(KEYS[3])
if own >= 3 * left then return {-2, own} end
if KEYS[4] then
  local context = live(KEYS[4])
  if context >= 3 * (3 * left - own) then return {-3, context} end
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local least = tonumber(ARGV[2])
local keep = math.max(least, math.min(tonumber(ARGV[6]) - now, least + tonumber(ARGV[7])))
local kept = string.format('%.0f', keep)
redis.call('SET', KEYS[1], ARGV[1], 'PX', kept)
for at = 2, #KEYS do
  redis.call('HINCRBY', KEYS[at], ARGV[4], 1)
  if redis.call('PTTL', KEYS[at]) < keep then redis.call('PEXPIRE', KEYS[at], kept) end
end
return 1`);
