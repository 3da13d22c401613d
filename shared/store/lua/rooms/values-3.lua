-- values: a snapshot of a room's values, shared ones first. What changes while it is read comes as an event with a higher version.
-- KEYS  1 values  2 own values  3 delivered
-- ARGV  1 bytes at which it ends  2 where it goes on among own values ('0': at their begin, the shared ones have been given), '' to begin  3 beginning of the keys, '' for all
-- Returns {version up to which it is whole, {key, 'version json', ...}, {user id, lines, ...}, where to go on ('' at the end)}.
-- Bound: 256 shared values (64 KiB), own values up to the bytes of ARGV 1, and a few users' own ones more (16 KiB each): of up to 5
-- users in Redis, of up to 14 in Valkey, whose HSCAN gives all of a bucket.
local most, from, prefix = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local through = redis.call('HGET', KEYS[3], 'valuesThrough') or '0-0'
local shared, bytes = {}, 0
if from == '' and string.sub(prefix, 1, 1) ~= '@' then
  local flat = redis.call('HGETALL', KEYS[1])
  for i = 1, #flat, 2 do
    if string.sub(flat[i], 1, #prefix) == prefix then
      shared[#shared + 1], shared[#shared + 2] = flat[i], flat[i + 1]
      bytes = bytes + #flat[i] + #flat[i + 1]
    end
  end
end
local one = string.match(prefix, '^@(%d+)/')
if one then return {through, shared, {one, redis.call('HGET', KEYS[2], one) or ''}, ''} end
if prefix ~= '' and string.sub(prefix, 1, 1) ~= '@' then return {through, shared, {}, ''} end
local own, read, step = {}, 0, 1
local cursor = from == '' and '0' or from
repeat
  if bytes > most then return {through, shared, own, cursor} end
  local reply = redis.call('HSCAN', KEYS[2], cursor, 'COUNT', step)
  cursor = reply[1]
  for i = 1, #reply[2], 2 do
    own[#own + 1], own[#own + 2] = reply[2][i], reply[2][i + 1]
    bytes, read = bytes + #reply[2][i + 1], read + #reply[2][i + 1]
  end
  -- as many as fit still, by what they were so far
  step = math.max(1, math.min(50, math.floor((most - bytes) / math.max(read, 1) * #own / 2)))
until cursor == '0'
return {through, shared, own, ''}
