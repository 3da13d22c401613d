-- values: a snapshot of a room's values, shared ones first. A change while it is read comes as an event with a
-- higher version.
-- KEYS
--   values, ownValues, delivered
-- ARGV
--   bytesMax: bytes at which it ends
--   from: where it goes on among own values ('0': at their beginning, the shared ones have been given), '' to begin
--   prefix: the beginning of the keys wanted, '' for all
-- Returns {version up to which it is whole, {key, 'version json', ...}, {user id, lines, ...}, where to go on ('' at
-- the end)}.
-- Bound: 256 shared values (64 KiB), own values up to bytesMax, and a few users' own ones more (16 KiB each): of up to
-- 5 users in Redis, of up to 14 in Valkey, whose HSCAN gives all of a bucket.
local values, ownValues, delivered = unpack(KEYS)
local bytesMax, from, prefix = unpack(ARGV)
bytesMax = tonumber(bytesMax)
local through = redis.call('HGET', delivered, 'valuesThrough') or '0-0'
local isOwn, shared, bytes = string.find(prefix, '^@%d') ~= nil, {}, 0
if from == '' and not isOwn then
  local flat = redis.call('HGETALL', values)
  for i = 1, #flat, 2 do
    local key, text = flat[i], flat[i + 1]
    if string.sub(key, 1, #prefix) == prefix then
      shared[#shared + 1], shared[#shared + 2] = key, text
      bytes = bytes + #key + #text
    end
  end
end
local user = string.match(prefix, '^@(%d+)/')
if user then return {through, shared, {user, redis.call('HGET', ownValues, user) or ''}, ''} end
if prefix ~= '' and prefix ~= '@' and not isOwn then return {through, shared, {}, ''} end
local own, read, step = {}, 0, 1
local cursor = from == '' and '0' or from
repeat
  if bytes > bytesMax then return {through, shared, own, cursor} end
  local reply = redis.call('HSCAN', ownValues, cursor, 'COUNT', step)
  cursor = reply[1]
  for i = 1, #reply[2], 2 do
    local id, lines = reply[2][i], reply[2][i + 1]
    own[#own + 1], own[#own + 2] = id, lines
    bytes, read = bytes + #lines, read + #lines
  end
  -- as many as still fit, by the size of those so far
  step = math.max(1, math.min(50, math.floor((bytesMax - bytes) / math.max(read, 1) * #own / 2)))
until cursor == '0'
return {through, shared, own, ''}
